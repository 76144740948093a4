// What becomes of the three cases that the Python Amorsize is shown with?
#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <iterator>
#include <ranges>
#include <sstream>
#include <vector>

double multiply(std::size_t twenties) {
  const std::size_t n = 20 * twenties;
  const std::vector<double> factor(n * n, 0.5);
  std::vector<double> product(n * n);
  for (std::size_t i = 0; i < n * n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      product[i / n * n + j] += factor[i] * factor[i % n * n + j];
    }
  }
  return product.back();
}

/// Times the third map of source(): a site's first ones learn. Returns n_jobs; 0: wrong results.
std::size_t show(const char* title, auto source, auto op, const amorsize::plan& plan) {
  std::vector<double> expected(static_cast<std::size_t>(std::ranges::distance(source())));
  std::vector<double> results(expected.size());
  amorsize::report report;
  amorsize::parallel_map(source(), results.begin(), op, {.report = &report});
  amorsize::parallel_map(source(), results.begin(), op);
  const auto began = std::chrono::steady_clock::now();
  std::ranges::transform(source(), expected.begin(), op);
  const auto between = std::chrono::steady_clock::now();
  amorsize::parallel_map(source(), results.begin(), op);
  const std::chrono::duration<double> mapped = std::chrono::steady_clock::now() - between;
  std::cout << title << "\n  optimize()      n_jobs " << plan.n_jobs << ", chunksize "
            << plan.chunksize << ", speed-up " << plan.estimated_speedup << "\n    " << plan.reason
            << "\n  parallel_map()  n_jobs " << report.n_jobs << ", chunksize " << report.chunksize
            << ", speed-up " << (between - began) / mapped << "\n    " << report.reason << '\n';
  return results == expected ? report.n_jobs : 0;
}

int main() {
  const auto sizes = [] { return std::views::iota(5UL, 26UL); };  // in twenties
  const auto few = [] { return std::views::iota(0, 100); };
  const auto cheap = [](int number) { return number * 0.5; };
  std::stringstream text;
  std::ranges::copy(std::views::iota(0, 100'000), std::ostream_iterator<int>(text, " "));
  const auto stream = [&text] {  // each number exists once, when it is read
    text.clear();
    text.seekg(0);
    return std::views::istream<int>(text);
  };
  using amorsize::optimize;  // of a single-pass source: the plan, and the rest to go on with
  const auto a = show("Matrices of size 100 to 500", sizes, multiply, optimize(sizes(), multiply));
  const auto b = show("A generator of 100,000", stream, cheap, optimize(stream(), cheap).plan);
  const auto c = show("100 items, too cheap", few, cheap, optimize(few(), cheap));
  return a > 0 && b > 0 && c == 1 ? 0 : 1;
}
