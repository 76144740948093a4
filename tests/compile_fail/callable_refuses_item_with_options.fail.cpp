// EXPECT: amorsize: the callable cannot be called with an element of the input
#include <amorsize/parallel_map.hpp>

#include <string>
#include <vector>

void misuse(const std::vector<int>& in, std::vector<int>& out) {
  const auto f = [](const std::string&) { return 1; };
  amorsize::parallel_map(in.begin(), in.end(), out.begin(), f, {.n_jobs = 2});
}
