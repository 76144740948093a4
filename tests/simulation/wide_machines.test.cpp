// Whole maps on 1,000 workers. Nobody here has such a machine, which is what the virtual one is
// for.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <cstddef>
#include <vector>

namespace amorsize_tests {
namespace {

constexpr std::size_t workers = 1'000;
constexpr double near = 1.10;

/// ideal: the work divided by the workers.
item_costs wide_map(shape which, nanoseconds ideal, nanoseconds mean_item) {
  const double items = ideal / mean_item * static_cast<double>(workers);
  return item_costs::of(which, static_cast<std::size_t>(items), mean_item);
}

void expect_near_bound(const std::vector<shape>& shapes, nanoseconds ideal, nanoseconds mean_item) {
  for (const shape which : shapes) {
    const item_costs costs = wide_map(which, ideal, mean_item);
    const simulated_map seen = simulate_warm({.workers = workers}, costs);
    CAPTURE(name_of(which), seen.report.n_jobs, seen.report.workers);
    CHECK(seen.against_bound() <= near);
    CHECK(seen.report.workers >= workers * 9 / 10);
  }
}

}  // namespace

TEST_CASE("1,000 workers end items of 100 us within a tenth of the lower bound",
          "[simulation][property]") {
  expect_near_bound({shape::uniform}, nanoseconds{50e6}, nanoseconds{100e3});
}

TEST_CASE("1,000 workers end items of 1 us within a tenth of the lower bound",
          "[simulation][property]") {
  expect_near_bound({shape::pareto, shape::step_up}, nanoseconds{50e6}, nanoseconds{1e3});
}

TEST_CASE("1,000 workers end every balanced shape within a tenth of the lower bound",
          "[.slow][simulation][property]") {
  expect_near_bound(balanced_shapes(), nanoseconds{50e6}, nanoseconds{1e3});
}

}  // namespace amorsize_tests
