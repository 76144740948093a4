// How do I replace std::transform?
#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <numeric>
#include <vector>

/// How often Collatz's rule must be applied to reach 1.
int steps_to_one(long number) {
  int steps = 0;
  for (; number > 1; ++steps) {
    number = number % 2 == 0 ? number / 2 : 3 * number + 1;
  }
  return steps;
}

int main() {
  std::vector<long> numbers(2'000'000);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::vector<int> before(numbers.size());
  std::vector<int> after(numbers.size());

  const auto began = std::chrono::steady_clock::now();
  std::transform(numbers.begin(), numbers.end(), before.begin(), steps_to_one);

  const auto between = std::chrono::steady_clock::now();
  amorsize::parallel_map(numbers.begin(), numbers.end(), after.begin(), steps_to_one);

  const auto ended = std::chrono::steady_clock::now();
  using milliseconds = std::chrono::duration<double, std::milli>;
  std::cout << "std::transform          " << milliseconds(between - began).count() << " ms\n"
            << "amorsize::parallel_map  " << milliseconds(ended - between).count() << " ms\n";

  // The range form returns a std::vector. The report tells what was decided, and why.
  amorsize::report report;
  const std::vector<int> again = amorsize::parallel_map(numbers, steps_to_one, {.report = &report});
  std::cout << report;
  return after == before && again == before ? 0 : 1;
}
