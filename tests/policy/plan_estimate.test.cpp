#include "runtime/policy/plan_estimate.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace amorsize::policy;

namespace {

plan_basis basis_of(std::size_t items, nanoseconds cost) {
  return {.items = items,
          .is_sized = true,
          .cost = cost,
          .costs = {nanoseconds{10e3}, nanoseconds{50e3}, nanoseconds{40}},
          .where = {.workers = 8, .limited_by = reason_code::none}};
}

}  // namespace

TEST_CASE("a first call that is a thousand times dearer does not count", "[policy][unit]") {
  sample_statistics samples;
  samples.observe(1, nanoseconds{20e3});
  CHECK(samples.cost() == nanoseconds{20e3});
  CHECK(samples.relative_error() == 1.0);
  for (int i = 0; i < 10; ++i) {
    samples.observe(1, nanoseconds{20});
  }
  CHECK(samples.cost() == nanoseconds{20});
  CHECK(samples.first_call() == nanoseconds{20e3});
  CHECK(samples.busy() == nanoseconds{200});
  CHECK(samples.spread() == 0.0);
  CHECK(samples.relative_error() == 0.0);
}

TEST_CASE("the error of an estimate falls with the root of the blocks", "[policy][unit]") {
  const auto of_blocks = [](int blocks) {
    sample_statistics samples;
    samples.observe(1, nanoseconds{1});
    for (int i = 0; i < blocks; ++i) {
      samples.observe(10, nanoseconds{i % 2 == 0 ? 500.0 : 1500.0});
    }
    CHECK(samples.cost() == nanoseconds{100});
    CHECK(samples.spread() == Approx(0.5));
    return samples.relative_error();
  };
  CHECK(of_blocks(4) == Approx(0.25));
  CHECK(of_blocks(100) == Approx(0.05));
}

TEST_CASE("a large block counts for one observation", "[policy][unit]") {
  sample_statistics samples;
  samples.observe(1, nanoseconds{1});
  samples.observe(1000, nanoseconds{100e3});
  samples.observe(1, nanoseconds{1000});
  CHECK(samples.relative_error() > samples.spread() * 0.9);
}

TEST_CASE("the interval holds the estimate, and is narrow where work was timed",
          "[policy][property]") {
  for (const std::size_t items : {1UL, 2UL, 100UL, 100'000UL}) {
    for (const double cost : {0.0, 1.0, 100.0, 1e4, 1e6}) {
      for (const std::size_t n_jobs : {1UL, 2UL, 8UL}) {
        for (const double error : {0.0, 0.1, 0.9, 5.0}) {
          for (const double sampled : {0.0, 500.0, 2e3, 1e6}) {
            CAPTURE(items, cost, n_jobs, error, sampled);
            const speedup_range seen = estimate_speedup(
                basis_of(items, nanoseconds{cost}), n_jobs, error, nanoseconds{sampled});
            CHECK(seen.low > 0.0);
            CHECK(seen.low <= seen.expected);
            CHECK(seen.expected <= seen.high);
            CHECK(std::isfinite(seen.high));
            if (sampled >= 2e3 && cost * static_cast<double>(items) > 1e3) {
              CHECK(seen.high <= seen.low * narrow * 1.0001);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("costs that are badly known make the interval wider", "[policy][unit]") {
  const plan_basis basis = basis_of(2'000, nanoseconds{100});
  const auto width = [&](double error, double sampled) {
    const speedup_range seen = estimate_speedup(basis, 2, error, nanoseconds{sampled});
    return seen.high / seen.low;
  };
  CHECK(width(0.9, 500.0) > width(0.1, 500.0));
  CHECK(width(0.1, 500.0) > width(0.1, 5e3));
}

TEST_CASE("two workers of many long items are expected to take half the time", "[policy][unit]") {
  const speedup_range seen =
      estimate_speedup(basis_of(10'000, nanoseconds{1e5}), 2, 0.05, nanoseconds{1e6});
  CHECK(seen.expected == Approx(2.0).epsilon(0.01));
  CHECK(seen.low < 1.9);
}

TEST_CASE("samples of lying clocks give finite figures", "[policy][property]") {
  for (const double time : {-1.0,
                            0.0,
                            std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()}) {
    sample_statistics samples;
    for (int i = 0; i < 4; ++i) {
      samples.observe(static_cast<std::size_t>(i), nanoseconds{time});
    }
    CHECK(samples.relative_error() >= 0.0);
    CHECK(samples.spread() >= 0.0);
    CHECK(samples.cost() >= nanoseconds{0});
  }
}
