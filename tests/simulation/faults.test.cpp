// What a machine does to a map: helpers that are late or never come, workers that stand still, a
// clock that errs. That every item is run exactly once the simulation checks by itself.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <cstddef>
#include <cstdint>

namespace amorsize_tests {
namespace {

constexpr std::size_t workers = 8;
constexpr nanoseconds mean_item{1e3};
constexpr nanoseconds ideal{20e6};  ///< the work divided by the workers
constexpr double near = 1.10;
/// When a machine begins: stalls are given on its clock.
constexpr nanoseconds machine_begins{1e6};

item_costs map_of(shape which) {
  return item_costs::of(which, static_cast<std::size_t>(ideal / mean_item) * workers, mean_item);
}

/// Waking every helper once, as dear as it can be.
nanoseconds all_wakes(const machine_model& model) {
  const double dearest = 1.0 + model.wake_jitter;
  return dearest * (model.absent.wake * static_cast<double>(model.workers) + model.absent.start);
}

}  // namespace

TEST_CASE("helpers that never come cost their wake-ups and no more", "[simulation][property]") {
  machine_model model{.workers = workers};
  model.faults.lost_fraction = 1.0;
  for (const shape which : all_shapes()) {
    const item_costs costs = map_of(which);
    const simulated_map seen = simulate(model, costs);
    CAPTURE(name_of(which), seen.makespan / seen.serial, seen.counts.wakes);
    CHECK(seen.makespan <= 1.02 * seen.serial + all_wakes(model));
    CHECK(seen.report.workers == 1);
  }
}

TEST_CASE("if some helpers never come the others do all the work", "[simulation][property]") {
  machine_model model{.workers = workers};
  model.faults.lost_fraction = 0.5;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const item_costs costs = map_of(shape::uniform);
    const simulated_map seen = simulate(model, costs, {}, seed);
    const auto came = static_cast<double>(workers - seen.counts.lost);
    CAPTURE(seed, came, seen.counts.wakes, seen.against_bound());
    CHECK(seen.counts.lost > 0);
    CHECK(seen.makespan <= near * (costs.total() / came) + all_wakes(model));
  }
}

TEST_CASE("late helpers cost no more than they are late", "[simulation][property]") {
  machine_model model{.workers = workers};
  model.faults.late_fraction = 0.5;
  model.faults.lateness = nanoseconds{5e6};
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const simulated_map seen = simulate(model, map_of(shape::uniform), {}, seed);
    CAPTURE(seed, seen.against_bound());
    CHECK(seen.makespan <= near * seen.lower_bound + model.faults.lateness);
  }
}

TEST_CASE("a stalled worker is made up for by the others", "[simulation][property]") {
  constexpr nanoseconds from = machine_begins + nanoseconds{5e6};
  constexpr nanoseconds lasting{8e6};
  for (const std::size_t stalled : {0U, 1U, 5U}) {
    for (const shape which : {shape::uniform, shape::pareto, shape::rising}) {
      machine_model model{.workers = workers};
      model.faults.stalls = {{stalled, from, from + lasting}};
      const item_costs costs = map_of(which);
      const simulated_map seen = simulate(model, costs);
      const nanoseconds fair = (costs.total() + lasting) / static_cast<double>(workers);
      CAPTURE(stalled, name_of(which), seen.against_bound());
      CHECK(seen.makespan <= near * fair + all_wakes(model));
    }
  }
}

TEST_CASE("a worker that stands still until after the end keeps one chunk back",
          "[simulation][property]") {
  constexpr nanoseconds from = machine_begins + nanoseconds{5e6};
  constexpr nanoseconds until = machine_begins + nanoseconds{60e6};
  for (const std::size_t stalled : {0U, 3U}) {
    machine_model model{.workers = workers};
    model.faults.stalls = {{stalled, from, until}};
    const simulated_map seen = simulate(model, map_of(shape::uniform));
    CAPTURE(stalled, seen.makespan.count());
    // Nothing can be done about the chunk in its hands, but that is all there is to do then.
    CHECK(seen.makespan <= until - machine_begins + nanoseconds{500e3});
  }
}

TEST_CASE("a clock that errs by a microsecond and goes back costs little",
          "[simulation][property]") {
  machine_model model{.workers = workers};
  model.faults.clock_noise = nanoseconds{1e3};
  for (const shape which : balanced_shapes()) {
    for (const std::uint64_t seed : {1U, 2U}) {
      const simulated_map seen = simulate(model, map_of(which), {}, seed);
      CAPTURE(name_of(which), seed, seen.report.n_jobs);
      CHECK(seen.against_bound() <= 1.25);
    }
  }
}

TEST_CASE("with a clock that is no use at all a map is never slower than the plain loop",
          "[simulation][property]") {
  machine_model model{.workers = workers};
  model.faults.clock_noise = nanoseconds{200e3};
  for (const shape which : balanced_shapes()) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      const item_costs costs = map_of(which);
      const simulated_map seen = simulate(model, costs, {}, seed);
      CAPTURE(name_of(which), seed, seen.report.n_jobs, seen.speedup());
      CHECK(seen.makespan <= 1.02 * seen.serial + all_wakes(model));
    }
  }
}

TEST_CASE("everything at once still runs every item once", "[simulation][property]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    machine_model model{.workers = 16};
    model.faults.late_fraction = 0.3;
    model.faults.lateness = nanoseconds{1e6};
    model.faults.lost_fraction = 0.2;
    model.faults.clock_noise = nanoseconds{20e3};
    model.faults.stalls = {
        {0, machine_begins + nanoseconds{1e6}, machine_begins + nanoseconds{2e6}},
        {2, machine_begins + nanoseconds{1e6}, machine_begins + nanoseconds{4e6}}};
    const item_costs costs = item_costs::of(shape::pareto, 20'000, mean_item, seed);
    const simulated_map seen = simulate(model, costs, {}, seed);
    CAPTURE(seed);
    CHECK(seen.items == costs.items());
    CHECK(seen.report.items == costs.items());
    CHECK(seen.makespan <= 1.02 * seen.serial + all_wakes(model) + nanoseconds{4e6});
  }
}

}  // namespace amorsize_tests
