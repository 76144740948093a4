// Results and outputs that cannot simply be written from several threads, and memory that overlaps.
#include "tests/api/awkward_values.hpp"
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace {

using amorsize::options;
using amorsize::parallel_map;
using amorsize_test::ContainsSubstring;
using amorsize_test::made_once;
using amorsize_test::move_only;
using amorsize_test::throwing_move;

constexpr std::size_t lengths[] = {0, 1, 2, 63, 64, 65, 1000, 5000};

std::vector<int> numbers(std::size_t length) {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 1);
  return items;
}

/// Calls check() without options and with several plans.
template <class Check>
void under_every_plan(Check check) {
  check();
  check(options{});
  check(options{.n_jobs = 2});
  check(options{.n_jobs = 3, .chunksize = 1});
}

TEST_CASE("bits are read and written as by std::transform", "[api][unit]") {
  const auto is_prime_ish = [](int x) { return x % 2 != 0 && x % 3 != 0; };
  const auto negate = [](bool bit) { return !bit; };
  for (const std::size_t length : lengths) {
    const std::vector<int> items = numbers(length);
    std::vector<bool> expected;
    std::transform(items.begin(), items.end(), std::back_inserter(expected), is_prime_ish);
    std::vector<bool> negated = expected;
    negated.flip();
    under_every_plan([&](auto... how) {
      CHECK(parallel_map(items, is_prime_ish, how...) == expected);
      std::vector<bool> bits(length);
      parallel_map(items.begin(), items.end(), bits.begin(), is_prime_ish, how...);
      CHECK(bits == expected);
      parallel_map(bits.begin(), bits.end(), bits.begin(), negate, how...);
      CHECK(bits == negated);
      CHECK(parallel_map(negated, negate, how...) == expected);
      std::vector<int> as_numbers(length);
      parallel_map(
          expected, as_numbers.begin(), [](bool bit) { return bit ? 1 : 0; }, how...);
      CHECK(std::equal(as_numbers.begin(), as_numbers.end(), expected.begin(), expected.end()));
    });
  }
  amorsize::report report;
  std::vector<bool> bits(5000);
  parallel_map(numbers(5000), bits.begin(), is_prime_ish, {.n_jobs = 2, .report = &report});
  CHECK(report.n_jobs == 1);
  CHECK_THAT(report.reason, ContainsSubstring("memory location"));
  CHECK_FALSE(report.warnings.empty());
}

TEST_CASE("a map in place gives what std::transform gives in place", "[api][unit]") {
  for (const std::size_t length : lengths) {
    under_every_plan([&](auto... how) {
      std::vector<int> items = numbers(length);
      const auto end = parallel_map(
          items.begin(), items.end(), items.begin(), [](int x) { return 3 * x; }, how...);
      CHECK((end == items.end()));
      std::vector<int> expected = numbers(length);
      std::transform(
          expected.begin(), expected.end(), expected.begin(), [](int x) { return 3 * x; });
      CHECK(items == expected);
    });
  }
  amorsize::report report;
  std::vector<int> items = numbers(5000);
  parallel_map(items, items.begin(), [](int x) { return x + 1; }, {.n_jobs = 2, .report = &report});
  CHECK(report.n_jobs == 2);  // in place may be shared
}

TEST_CASE("ranges that overlap are run in forward order", "[api][unit]") {
  const auto next = [](int x) { return x + 1; };
  for (const std::size_t length : lengths) {
    for (const std::size_t shift : {std::size_t{1}, std::size_t{7}, length / 2}) {
      under_every_plan([&](auto... how) {
        std::vector<int> expected = numbers(length + shift);
        std::vector<int> results = expected;
        const auto n = static_cast<std::ptrdiff_t>(length);
        const auto s = static_cast<std::ptrdiff_t>(shift);
        // Each result is the next item's input.
        std::transform(expected.begin(), expected.begin() + n, expected.begin() + s, next);
        parallel_map(results.begin(), results.begin() + n, results.begin() + s, next, how...);
        CHECK(results == expected);
        // Each result overwrites what was read before.
        std::transform(expected.begin() + s, expected.begin() + s + n, expected.begin(), next);
        parallel_map(results.begin() + s, results.begin() + s + n, results.begin(), next, how...);
        CHECK(results == expected);
        // The second source overlaps.
        const std::vector<int> ones(length, 1);
        std::transform(
            ones.begin(), ones.end(), expected.begin(), expected.begin() + s, std::plus<>{});
        parallel_map(
            ones.begin(), ones.end(), results.begin(), results.begin() + s, std::plus<>{}, how...);
        CHECK(results == expected);
      });
    }
  }
  amorsize::report report;
  std::vector<int> items = numbers(5000);
  parallel_map(
      items.begin(), items.end() - 1, items.begin() + 1, next, {.n_jobs = 2, .report = &report});
  CHECK(report.n_jobs == 1);
  CHECK_THAT(report.reason, ContainsSubstring("overlap"));
  CHECK(items.back() == 5000);
}

TEST_CASE("overlap is seen between elements of different sizes", "[api][unit]") {
  alignas(std::uint64_t) std::array<std::uint32_t, 256> memory{};
  std::iota(memory.begin(), memory.end(), 1U);
  std::array<std::uint32_t, 256> expected = memory;
  const auto low_half = [](std::uint32_t x) { return static_cast<unsigned char>(x); };
  const auto run = [&](auto& in, auto transform) {
    auto* const bytes = reinterpret_cast<unsigned char*>(in.data());
    transform(in.begin(), in.end(), bytes);
  };
  run(expected,
      [&](auto first, auto last, auto* out) { std::transform(first, last, out, low_half); });
  run(memory, [&](auto first, auto last, auto* out) {
    parallel_map(first, last, out, low_half, {.n_jobs = 2});
  });
  CHECK(memory == expected);
}

TEST_CASE("results that can only be moved are moved into place", "[api][unit]") {
  for (const std::size_t length : lengths) {
    const std::vector<int> items = numbers(length);
    const auto make = [](int x) { return move_only(x); };
    under_every_plan([&](auto... how) {
      std::vector<move_only> results(length);
      parallel_map(items.begin(), items.end(), results.begin(), make, how...);
      const auto is_right = [](const move_only& result, int item) {
        return result.value() == item;
      };
      CHECK(std::equal(results.begin(), results.end(), items.begin(), items.end(), is_right));
      const std::vector<move_only> made = parallel_map(items, make, how...);
      CHECK(made == results);
      const auto boxed = parallel_map(
          items, [](int x) { return std::make_unique<int>(x); }, how...);
      CHECK(std::equal(
          boxed.begin(), boxed.end(), items.begin(), items.end(), [](const auto& box, int item) {
            return *box == item;
          }));
    });
  }
}

TEST_CASE("results need neither a default constructor nor an assignment", "[api][unit]") {
  for (const std::size_t length : lengths) {
    const std::vector<int> items = numbers(length);
    const auto make = [](int x) { return made_once(x); };
    std::vector<made_once> expected;
    for (const int x : items) {
      expected.push_back(made_once(x));
    }
    under_every_plan([&](auto... how) {
      CHECK(parallel_map(items, make, how...) == expected);
      std::vector<std::optional<std::string>> texts(length);
      parallel_map(
          items, texts.begin(), [](int x) { return std::to_string(x); }, how...);
      CHECK(std::equal(
          texts.begin(), texts.end(), items.begin(), items.end(), [](const auto& text, int x) {
            return text == std::to_string(x);
          }));
    });
  }
}

TEST_CASE("a move that throws is a failure of its item", "[api][unit]") {
  const std::vector<int> items = numbers(100);
  const auto make = [](int x) { return throwing_move(x); };
  throwing_move::fatal = 40;
  under_every_plan([&](auto... how) {
    std::vector<throwing_move> results(items.size());
    int thrown = 0;
    try {
      parallel_map(items.begin(), items.end(), results.begin(), make, how...);
    } catch (int value) {
      thrown = value;
    }
    CHECK(thrown == 40);
    for (std::size_t i = 0; i < 39; ++i) {
      CHECK(results[i].value() == items[i]);
    }
    CHECK(results[39].value() == 0);
    CHECK_THROWS_AS(parallel_map(items, make, how...), int);
  });
  throwing_move::fatal = -1;
}

/// An output with proxies of its own, each element with memory of its own.
struct shouting_output {
  using iterator_category = std::random_access_iterator_tag;
  using value_type = int;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  struct reference {
    int* at;
    const reference& operator=(int value) const {
      *at = 10 * value;
      return *this;
    }
  };
  int* at;
  reference operator*() const { return {at}; }
  shouting_output& operator++() { return ++at, *this; }
  shouting_output operator++(int) { return {at++}; }
  friend shouting_output operator+(shouting_output it, std::ptrdiff_t n) { return {it.at + n}; }
  [[maybe_unused]] friend std::ptrdiff_t operator-(shouting_output a, shouting_output b) {
    return a.at - b.at;
  }
};
struct permitted_output : shouting_output {
  permitted_output& operator++() { return ++at, *this; }
  permitted_output operator++(int) { return {{at++}}; }
  friend permitted_output operator+(permitted_output it, std::ptrdiff_t n) { return {{it.at + n}}; }
};

}  // namespace

template <>
inline constexpr bool amorsize::enable_concurrent_write<permitted_output> = true;

namespace {

TEST_CASE("outputs with proxies are written by one thread unless they permit more", "[api][unit]") {
  const std::vector<int> items = numbers(5000);
  std::vector<int> expected;
  for (const int x : items) {
    expected.push_back(10 * x);
  }
  const auto itself = [](int x) { return x; };
  amorsize::report report;
  std::vector<int> results(items.size());
  parallel_map(items, shouting_output{results.data()}, itself, {.n_jobs = 2, .report = &report});
  CHECK(results == expected);
  CHECK(report.n_jobs == 1);
  results.assign(items.size(), 0);
  parallel_map(items, permitted_output{{results.data()}}, itself, {.n_jobs = 2, .report = &report});
  CHECK(results == expected);
  CHECK(report.n_jobs == 2);
}

}  // namespace
