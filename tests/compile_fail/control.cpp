// The calls of the *.fail.cpp files, done right: none of them fails for another reason.
#include <amorsize/amorsize.hpp>

#include <functional>
#include <list>
#include <string>
#include <vector>

void use(std::vector<int>& in, std::vector<int>& out, const std::vector<std::string>& words) {
  const auto f = [](int x) { return x; };
  amorsize::parallel_map(in.begin(), in.end(), out.begin(), f);
  amorsize::parallel_map(in.begin(), in.end(), out.begin(), f, {.n_jobs = 2});
  static_cast<void>(amorsize::parallel_map(in, [](int& x) { return ++x; }));
  amorsize::parallel_map(in, out.begin(), f);
  amorsize::parallel_map(in, out.begin(), f, {.n_jobs = 2});
  static_cast<void>(amorsize::parallel_map(words, &std::string::size, {.n_jobs = 2}));
  amorsize::parallel_map(words, out.begin(), [](const std::string& s) { return int(s.size()); });
  amorsize::parallel_map(in.begin(), in.end(), in.begin(), out.begin(), std::plus<>{});
  amorsize::parallel_map(
      in.begin(), in.end(), in.begin(), out.begin(), std::plus<>{}, {.n_jobs = 2});
  static_cast<void>(in | amorsize::views::parallel_map(f));
  static_cast<void>(amorsize::views::parallel_map(in, f));
  static_cast<void>(amorsize::optimize(in, f));
  static_cast<void>(amorsize::optimize(std::list<int>{}, f));
}
