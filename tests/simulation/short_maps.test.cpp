// Maps that are too short for all workers of a wide machine: how many are taken?
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <algorithm>
#include <cstddef>

namespace amorsize_tests {
namespace {

constexpr nanoseconds mean_item{1e3};

/// Of the whole map, not of one worker.
item_costs short_map(shape which, nanoseconds work) {
  return item_costs::of(which, static_cast<std::size_t>(work / mean_item), mean_item);
}

/// What was decided when the map was shared; 1 if it never was.
std::size_t first_shared(const simulated_map& seen) {
  for (const amorsize::revision& one : seen.report.revisions) {
    if (one.n_jobs > 1) {
      return one.n_jobs;
    }
  }
  return 1;
}

void expect_good_choice(std::size_t workers, nanoseconds work) {
  const machine_model model{.workers = workers};
  const item_costs costs = short_map(shape::uniform, work);
  const best_n_jobs best = find_best_n_jobs(model, costs);
  const simulated_map seen = simulate_warm(model, costs);
  const std::size_t chosen = first_shared(seen);
  CAPTURE(workers, work.count(), best.n_jobs, chosen, seen.makespan / best.makespan);
  // Where many choices are nearly as good any of them will do.
  CHECK((chosen <= 2 * best.most || seen.makespan <= 1.05 * best.makespan));
  CHECK(2 * chosen >= best.fewest);
  CHECK(seen.makespan <= 1.5 * best.makespan);
}

/// Else a library that always takes all of them would pass.
void expect_all_to_be_worse(std::size_t workers, nanoseconds work) {
  const machine_model model{.workers = workers};
  const item_costs costs = short_map(shape::uniform, work);
  const best_n_jobs best = find_best_n_jobs(model, costs);
  const simulated_map all = simulate_warm(model, costs, {.n_jobs = workers});
  CAPTURE(workers, work.count(), best.n_jobs, all.makespan / best.makespan);
  CHECK(best.n_jobs <= workers / 2);
  CHECK(all.makespan >= 1.1 * best.makespan);
}

}  // namespace

TEST_CASE("short maps take within a factor of two as many of 64 workers as would be best",
          "[simulation][property]") {
  for (const double ms : {0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0}) {
    expect_good_choice(64, nanoseconds{ms * 1e6});
  }
}

TEST_CASE("short maps take within a factor of two as many of 1,000 workers as would be best",
          "[simulation][property]") {
  for (const double ms : {0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0}) {
    expect_good_choice(1'000, nanoseconds{ms * 1e6});
  }
}

TEST_CASE("short maps whose items become dear get more workers while they run",
          "[simulation][property]") {
  for (const shape which : {shape::rising, shape::step_up}) {
    for (const std::size_t workers : {4UL, 8UL, 16UL, 64UL}) {
      const machine_model model{.workers = workers};
      const item_costs costs = short_map(which, nanoseconds{2e6});
      const best_n_jobs best = find_best_n_jobs(model, costs);
      const simulated_map seen = simulate_warm(model, costs);
      const std::size_t at_first = first_shared(seen);
      std::size_t most = at_first;
      for (const amorsize::revision& one : seen.report.revisions) {
        most = std::max(most, one.n_jobs);
      }
      CAPTURE(static_cast<int>(which), workers, best.n_jobs, at_first, most);
      CHECK(2 * most >= best.fewest);
      CHECK(seen.makespan <= 1.5 * best.makespan);
      CHECK((most > at_first || workers < 64 || which != shape::rising));
    }
  }
}

TEST_CASE("taking all workers for a short map is worse than the best choice",
          "[simulation][property]") {
  for (const double ms : {0.2, 0.5, 1.0}) {
    expect_all_to_be_worse(64, nanoseconds{ms * 1e6});
  }
  for (const double ms : {0.2, 2.0, 20.0}) {
    expect_all_to_be_worse(1'000, nanoseconds{ms * 1e6});
  }
}

}  // namespace amorsize_tests
