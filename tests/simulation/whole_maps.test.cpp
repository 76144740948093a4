// Whole maps on machines from 2 to 64 workers: from the call to the return, in virtual time.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <cstddef>
#include <cstdint>

namespace amorsize_tests {
namespace {

/// How long the map would take if it were shared perfectly from its first nanosecond.
constexpr nanoseconds ideal{50e6};
constexpr nanoseconds mean_item{1e3};
/// The makespan may be so many times the lower bound.
constexpr double near = 1.10;

item_costs long_map(shape which, std::size_t workers) {
  const double items = ideal / mean_item * static_cast<double>(workers);
  return item_costs::of(which, static_cast<std::size_t>(items), mean_item);
}

enum class start { cold, warm };
constexpr std::uint64_t seeds = 3;

void expect_near_bound(std::size_t workers, start state) {
  for (const shape which : balanced_shapes()) {
    const machine_model model{.workers = workers};
    const item_costs costs = long_map(which, workers);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const simulated_map seen = state == start::warm ? simulate_warm(model, costs, {}, seed)
                                                      : simulate(model, costs, {}, seed);
      CAPTURE(workers, name_of(which), seed, seen.report.n_jobs);
      CHECK(seen.against_bound() <= near);
      CHECK(seen.report.items == costs.items());
      CHECK(seen.report.workers == workers);
    }
  }
}

}  // namespace

TEST_CASE("2 workers end within a tenth of the lower bound in a fresh process",
          "[simulation][property]") {
  expect_near_bound(2, start::cold);
}

TEST_CASE("2 workers end within a tenth of the lower bound at a known site",
          "[simulation][property]") {
  expect_near_bound(2, start::warm);
}

TEST_CASE("8 workers end within a tenth of the lower bound in a fresh process",
          "[simulation][property]") {
  expect_near_bound(8, start::cold);
}

TEST_CASE("8 workers end within a tenth of the lower bound at a known site",
          "[simulation][property]") {
  expect_near_bound(8, start::warm);
}

TEST_CASE("64 workers end within a tenth of the lower bound in a fresh process",
          "[simulation][property]") {
  expect_near_bound(64, start::cold);
}

TEST_CASE("64 workers end within a tenth of the lower bound at a known site",
          "[simulation][property]") {
  expect_near_bound(64, start::warm);
}

TEST_CASE("a giant at the end costs no more than itself on top of an even share",
          "[simulation][property]") {
  for (const std::size_t workers : {2U, 8U, 64U}) {
    const item_costs costs = long_map(shape::giant_at_end, workers);
    const nanoseconds even = (costs.total() - costs.longest()) / static_cast<double>(workers);
    const simulated_map seen = simulate_warm({.workers = workers}, costs);
    CAPTURE(workers, seen.against_bound());
    CHECK(seen.makespan <= near * even + costs.longest());
  }
}

TEST_CASE("workers of different speeds share by what they can do", "[simulation][property]") {
  const machine_model model{.workers = 4, .speeds = {1.0, 0.5, 1.0, 0.25}};
  for (const shape which : {shape::uniform, shape::pareto, shape::rising}) {
    const item_costs costs = long_map(which, model.workers);
    const simulated_map seen = simulate_warm(model, costs);
    CAPTURE(name_of(which), seen.report.n_jobs);
    CHECK(seen.makespan <= near * (costs.total() / 2.75));
  }
}

TEST_CASE("a map that takes less than a wake-up stays serial and wakes nobody",
          "[simulation][property]") {
  for (const std::size_t workers : {2U, 64U, 1'000U}) {
    for (const shape which : all_shapes()) {
      const item_costs costs = item_costs::of(which, 100, nanoseconds{100});
      const simulated_map cold = simulate({.workers = workers}, costs);
      const simulated_map warm = simulate_warm({.workers = workers}, costs);
      CAPTURE(workers, name_of(which));
      CHECK(cold.report.workers == 1);
      CHECK(warm.report.workers == 1);
      CHECK(cold.counts.wakes + warm.counts.wakes == 0);
      CHECK(cold.makespan <= costs.total() + nanoseconds{2'000});
      CHECK(warm.makespan <= costs.total() + nanoseconds{1'000});
    }
  }
}

TEST_CASE("a few long items get as many workers as there are items", "[simulation][property]") {
  constexpr nanoseconds item{5e6};
  for (const std::size_t items : {2U, 3U, 7U, 20U}) {
    const item_costs costs = item_costs::of(shape::uniform, items, item);
    const simulated_map cold = simulate({.workers = 64}, costs);
    const simulated_map warm = simulate_warm({.workers = 64}, costs);
    CAPTURE(items, cold.makespan / item, warm.makespan / item);
    CHECK(cold.report.workers <= items);
    CHECK(warm.report.workers == items);
    CHECK(warm.counts.wakes <= items - 1);
    CHECK(cold.makespan <= near * (item + item));  // the first one tells what they cost
    CHECK(warm.makespan <= near * item);
  }
}

TEST_CASE("one worker runs the plain loop", "[simulation][property]") {
  for (const shape which : all_shapes()) {
    const item_costs costs = item_costs::of(which, 20'000, nanoseconds{1'000});
    const simulated_map seen = simulate({.workers = 1}, costs);
    CAPTURE(name_of(which));
    CHECK(seen.makespan <= 1.005 * costs.total());
    CHECK(seen.counts.wakes == 0);
  }
}

}  // namespace amorsize_tests
