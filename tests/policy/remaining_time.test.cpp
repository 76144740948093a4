#include "runtime/policy/remaining_time.hpp"
#include "tests/support/catch.hpp"

#include <cstddef>
#include <limits>
#include <random>

namespace {

using amorsize::policy::nanoseconds;
using amorsize::policy::remaining_time;

constexpr std::size_t total = 10'000;

/// What is said when `part` of the items of these costs are done, against the truth. Told about
/// every hundredth item.
template <class Cost>
double told_by_true(Cost cost, double part) {
  remaining_time eta;
  nanoseconds elapsed{0};
  nanoseconds told{0};
  nanoseconds truth{0};
  const auto until = static_cast<std::size_t>(part * total);
  for (std::size_t i = 0; i < total; ++i) {
    const nanoseconds one{cost(i)};
    if (i < until) {
      elapsed += one;
      if ((i + 1) % 100 == 0) {
        told = eta.observe(i + 1, total, elapsed);
      }
    } else {
      truth += one;
    }
  }
  return told / truth;
}

TEST_CASE("what is left of even items is told exactly", "[policy][unit]") {
  for (const double part : {0.01, 0.1, 0.5, 0.9, 0.99}) {
    CHECK(told_by_true([](std::size_t) { return 1e3; }, part) == Approx(1.0));
  }
}

TEST_CASE("costs that rise, fall or jump are followed better than by their mean",
          "[policy][unit]") {
  const auto rising = [](std::size_t i) { return static_cast<double>(i + 1); };
  const auto falling = [](std::size_t i) { return static_cast<double>(total - i); };
  const auto jumping = [](std::size_t i) { return i < total / 4 ? 1.0 : 10.0; };
  // By the mean: 0.33, 3.0 and 0.55 of the truth in the middle.
  CHECK(told_by_true(rising, 0.5) > 0.5);
  CHECK(told_by_true(rising, 0.9) > 0.7);
  CHECK(told_by_true(falling, 0.5) < 2.7);
  CHECK(told_by_true(falling, 0.9) < 8.5);  // by the mean 11
  CHECK(told_by_true(jumping, 0.5) > 0.9);
  CHECK(told_by_true(jumping, 0.5) < 1.1);
}

TEST_CASE("a last item that takes long is not promised to end at once", "[policy][unit]") {
  remaining_time eta;
  for (std::size_t i = 1; i < total; ++i) {
    static_cast<void>(eta.observe(i, total, nanoseconds{1e3 * static_cast<double>(i)}));
  }
  const double then = 1e3 * static_cast<double>(total - 1);
  double before = 0.0;
  for (double stalled = 1e5; stalled < 1e9; stalled *= 1.5) {
    const double told = eta.observe(total - 1, total, nanoseconds{then + stalled}).count();
    CHECK(told >= stalled);
    CHECK(told >= before);
    before = told;
  }
  CHECK(eta.observe(total, total, nanoseconds{2e9}).count() == 0.0);
}

TEST_CASE("whatever is observed, what is told is finite and not negative", "[policy][property]") {
  constexpr std::uint64_t seed = 3;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double times[] = {0.0, 1.0, -1.0, 1e18, infinity, -infinity, 1e300, 5.0};
  constexpr std::size_t counts[] = {0, 1, 2, 1'000, std::numeric_limits<std::size_t>::max()};
  remaining_time eta;
  for (int i = 0; i < 100'000; ++i) {
    const double told =
        eta.observe(counts[random() % 5], counts[random() % 5], nanoseconds{times[random() % 8]})
            .count();
    REQUIRE(told >= 0.0);
    REQUIRE(told < infinity);
  }
  CHECK(remaining_time{}.observe(0, 10, nanoseconds{5.0}).count() == 0.0);
}

}  // namespace
