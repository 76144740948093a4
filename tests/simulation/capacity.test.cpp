// Affinity mask and quota that change while a map runs.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace amorsize_tests {
namespace {

constexpr nanoseconds ms{1e6};
/// When a machine begins: steps are given on its clock.
constexpr nanoseconds machine_begins{1e6};
/// So soon n_jobs has to follow.
constexpr nanoseconds follows_within{100e6};

/// When n_jobs became that for the first time after `from`; less than 0: never.
nanoseconds when_n_jobs(const amorsize::report& seen, std::size_t n_jobs, nanoseconds from) {
  for (const auto& one : seen.revisions) {
    const nanoseconds when{static_cast<double>(one.when.count())};
    if (when >= from && one.n_jobs == n_jobs) {
      return when;
    }
  }
  return nanoseconds{-1.0};
}

}  // namespace

TEST_CASE("n_jobs follows a mask or quota that is narrowed and widened again",
          "[simulation][property]") {
  for (const std::size_t workers : {2U, 8U, 64U}) {
    for (const std::size_t fewer : {std::size_t{1}, workers / 2}) {
      machine_model model{.workers = workers};
      const nanoseconds narrowed = 100.0 * ms;
      const nanoseconds widened = 300.0 * ms;
      model.steps = {{machine_begins + narrowed, fewer}, {machine_begins + widened, workers}};
      const item_costs costs = item_costs::of(shape::uniform, 10'000 * workers, nanoseconds{50e3});
      const simulated_map seen = simulate(model, costs);
      CAPTURE(workers, fewer, seen.makespan.count());
      const nanoseconds narrow = when_n_jobs(seen.report, fewer, narrowed);
      CHECK(narrow >= narrowed);
      CHECK(narrow <= narrowed + follows_within);
      const nanoseconds wide = when_n_jobs(seen.report, workers, widened);
      CHECK(wide >= widened);
      CHECK(wide <= widened + follows_within);
      CHECK(seen.report.items == costs.items());
    }
  }
}

TEST_CASE("a map that begins with one CPU is shared when there are more",
          "[simulation][property]") {
  machine_model model{.workers = 4};
  model.steps = {{nanoseconds{0}, 1}, {machine_begins + 50.0 * ms, 4}};
  const item_costs costs = item_costs::of(shape::uniform, 20'000, nanoseconds{20e3});
  const simulated_map seen = simulate(model, costs);
  CAPTURE(seen.makespan.count(), seen.report.reason);
  CHECK(seen.report.workers == 4);
  CHECK(seen.makespan <= 50.0 * ms + 1.1 * (costs.total() - 50.0 * ms) / 4.0);
}

TEST_CASE("max_jobs holds when the mask is widened", "[simulation][property]") {
  machine_model model{.workers = 16};
  model.steps = {{nanoseconds{0}, 2}, {machine_begins + 50.0 * ms, 16}};
  amorsize::options how;
  how.max_jobs = 4;
  const simulated_map seen =
      simulate(model, item_costs::of(shape::uniform, 20'000, nanoseconds{20e3}), how);
  CHECK(seen.report.workers == 4);
}

}  // namespace amorsize_tests
