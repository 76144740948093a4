// A foreign program: maps a vector, compares with std::transform, catches the library's exception.
#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

int main() {
  std::vector<double> input(100'000);
  for (std::size_t i = 0; i < input.size(); ++i) {
    input[i] = static_cast<double>(i);
  }
  const auto op = [](double x) { return std::sqrt(x) + std::sin(x); };

  std::vector<double> expected(input.size());
  std::transform(input.begin(), input.end(), expected.begin(), op);
  std::vector<double> output(input.size());
  amorsize::report report;
  amorsize::parallel_map(input.begin(), input.end(), output.begin(), op, {.report = &report});
  if (output != expected || report.items != input.size()) {
    std::puts("the map differs from std::transform");
    return 1;
  }

  try {  // the exception's type must be one and the same on both sides of the library's border
    amorsize::parallel_map(input, op, {.n_jobs = 8, .max_jobs = 2});
    std::puts("bad_option expected");
    return 1;
  } catch (const amorsize::bad_option& error) {
    std::printf("%zu items, n_jobs %zu, %s\n", report.items, report.n_jobs, error.what());
  }
  return 0;
}
