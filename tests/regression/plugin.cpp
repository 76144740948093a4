// A plugin that uses amorsize; see plugin_unloads.test.cpp.
#include <amorsize/amorsize.hpp>

#include <cstddef>
#include <memory>
#include <vector>

extern "C" __attribute__((visibility("default"))) int map_in_plugin() {
  const std::vector<int> items(20'000, 1);
  const std::shared_ptr<int> one(new int(1));  // its names must not be bound into the library
  const auto add = [&](int x) { return x + *one; };
  long sum = 0;
  for (auto&& x : items | amorsize::views::parallel_map(add, {.n_jobs = 2})) {
    sum += x;
  }
  for (const int x : amorsize::parallel_map(items, add, {.n_jobs = 3})) {
    sum += x;
  }
  return sum == 80'000 ? 0 : 1;
}
