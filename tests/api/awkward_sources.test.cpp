// Iterators at the edge of what std::transform accepts, and index arithmetic at its edges.
#include "tests/api/awkward_iterators.hpp"
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <vector>

namespace {

using amorsize::options;
using amorsize::parallel_map;
using amorsize_test::counting_iterator;
using amorsize_test::discarding_output;
using amorsize_test::legacy_iterator;
using amorsize_test::tiny_difference_iterator;
using amorsize_test::unsized_end;

int twice(int x) {
  return 2 * x;
}
int plus(int a, int b) {
  return a + b;
}

std::vector<int> numbers(std::size_t length) {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 1);
  return items;
}

std::vector<int> doubled(const std::vector<int>& items) {
  std::vector<int> results;
  std::transform(items.begin(), items.end(), std::back_inserter(results), twice);
  return results;
}

TEST_CASE("C++17 random-access iterators work on both sides", "[api][unit]") {
  using it = legacy_iterator<int>;
  STATIC_REQUIRE_FALSE(std::forward_iterator<it>);
  std::vector<int> items = numbers(5000);
  const std::vector<int> expected = doubled(items);
  const auto check = [&](auto... how) {
    std::vector<int> results(items.size());
    const it end = parallel_map(
        it(items.data()), it(items.data() + items.size()), it(results.data()), twice, how...);
    CHECK((end == it(results.data() + results.size())));
    CHECK(results == expected);
    results.assign(items.size(), 0);
    parallel_map(it(items.data()),
                 it(items.data() + items.size()),
                 it(items.data()),
                 it(results.data()),
                 plus,
                 how...);
    CHECK(results == expected);
  };
  check();
  check(options{.n_jobs = 2});
  check(options{.n_jobs = 3, .chunksize = 1});
}

TEST_CASE("a difference type of eight bits is enough for a short range", "[api][unit]") {
  using it = tiny_difference_iterator<int>;
  for (const int length : {0, 1, 2, 63, 126, 127}) {
    std::vector<int> items = numbers(static_cast<std::size_t>(length));
    const std::vector<int> expected = doubled(items);
    const auto check = [&](auto... how) {
      std::vector<int> results(items.size());
      parallel_map(it(items.data()), it(items.data() + length), it(results.data()), twice, how...);
      CHECK(results == expected);
    };
    check();
    check(options{.n_jobs = 2});
    check(options{.chunksize = 100});
  }
}

TEST_CASE("an end that cannot be subtracted is found by comparison", "[api][unit]") {
  const std::vector<int> items = numbers(1000);
  const std::vector<int> expected = doubled(items);
  const auto check = [&](auto... how) {
    std::vector<int> results(items.size());
    parallel_map(items.begin(),
                 unsized_end<std::vector<int>::const_iterator>{items.end()},
                 results.begin(),
                 twice,
                 how...);
    CHECK(results == expected);
  };
  check();
  check(options{.n_jobs = 2});
}

TEST_CASE("an end of another type that can be subtracted is shared", "[api][unit]") {
  const std::vector<int> items = numbers(1000);
  const auto counted = std::counted_iterator(items.begin(), 1000);
  std::vector<int> results(items.size());
  amorsize::report report;
  parallel_map(
      counted, std::default_sentinel, results.begin(), twice, {.n_jobs = 2, .report = &report});
  CHECK(results == doubled(items));
  CHECK(report.n_jobs == 2);
}

TEST_CASE("integer-like differences of 128 bits are counted right", "[api][unit]") {
  constexpr auto from = std::numeric_limits<std::uint64_t>::max() - 2000;
  const auto wide = std::views::iota(from, from + 1000);
  STATIC_REQUIRE(sizeof(std::ranges::range_difference_t<decltype(wide)>) > 8);
  const auto offset = [](std::uint64_t x) { return x - from; };
  std::vector<std::uint64_t> expected(1000);
  std::iota(expected.begin(), expected.end(), std::uint64_t{0});
  CHECK(parallel_map(wide, offset) == expected);
  CHECK(parallel_map(wide, offset, {.n_jobs = 2}) == expected);
  std::vector<std::uint64_t> results(1000);
  parallel_map(wide.begin(), wide.end(), results.begin(), offset, {.chunksize = 3});
  CHECK(results == expected);
}

TEST_CASE("views are sources, lazy ones included", "[api][unit]") {
  const std::vector<int> items = numbers(1000);
  const auto odd = [](int x) { return x % 2 != 0; };
  std::vector<int> expected;
  for (const int x : items) {
    if (odd(x)) {
      expected.push_back(2 * x);
    }
  }
  CHECK(parallel_map(items | std::views::filter(odd), twice) == expected);
  CHECK(parallel_map(items | std::views::filter(odd), twice, {.n_jobs = 2}) == expected);
  CHECK(parallel_map(items | std::views::transform(twice), [](int x) { return x; }) ==
        doubled(items));
  CHECK(parallel_map(std::views::iota(1, 1001), twice, {.n_jobs = 2}) == doubled(items));
  CHECK(parallel_map(std::views::iota(1) | std::views::take(1000), twice) == doubled(items));
}

TEST_CASE("an end before the begin is refused before any item", "[api][unit][negative]") {
  const std::vector<int> items = numbers(10);
  std::vector<int> results(10);
  const auto never = [](int) -> int {
    FAIL("called");
    return 0;
  };
  CHECK_THROWS_AS(parallel_map(items.end(), items.begin(), results.begin(), never),
                  std::invalid_argument);
  CHECK_THROWS_AS(parallel_map(items.end(), items.begin(), results.begin(), never, {.n_jobs = 2}),
                  std::invalid_argument);
  const auto never_pair = [](int, int) -> int {
    FAIL("called");
    return 0;
  };
  CHECK_THROWS_AS(
      parallel_map(items.end(), items.begin(), items.begin(), results.begin(), never_pair),
      std::invalid_argument);
}

TEST_CASE("more than 2^32 items are each seen once", "[api][unit]") {
  constexpr std::uint64_t length = (std::uint64_t{1} << 32U) + 5;
  // Sums of the items and of their squares, modulo 2^64: a lost or doubled block changes them.
  std::atomic<std::uint64_t> calls_beyond{0};
  const auto look = [&calls_beyond](std::uint64_t i) {
    if (i % (std::uint64_t{1} << 24U) == 3) {
      calls_beyond.fetch_add(i, std::memory_order_relaxed);
    }
    return i;
  };
  std::uint64_t expected = 0;
  for (std::uint64_t i = 3; i < length; i += std::uint64_t{1} << 24U) {
    expected += i;
  }
  amorsize::report report;
  parallel_map(counting_iterator(0),
               counting_iterator(length),
               discarding_output{},
               look,
               {.report = &report});
  CHECK(calls_beyond.load() == expected);
  CHECK(report.items == length);
}

TEST_CASE("the last items beyond 2^32 are reached under a fixed plan", "[api][unit]") {
  constexpr std::uint64_t length = (std::uint64_t{1} << 32U) + 5;
  std::atomic<std::uint64_t> late{0};
  const auto look = [&late](std::uint64_t i) {
    if (i >= length - 5) {
      late.fetch_add(i - (length - 6), std::memory_order_relaxed);
    }
    return i;
  };
  amorsize::report report;
  parallel_map(counting_iterator(0),
               counting_iterator(length),
               discarding_output{},
               look,
               {.n_jobs = 2, .chunksize = 1'000'000, .report = &report});
  CHECK(late.load() == 1 + 2 + 3 + 4 + 5);
  CHECK(report.items == length);
}

}  // namespace
