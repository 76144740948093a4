// Thousands of machines on which anything may go wrong. Replayed by their seed:
//   AMORSIZE_SCENARIOS=100000 AMORSIZE_SCENARIO_SEED=1 amorsize_tests_simulation "*random*"
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/random_scenario.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace amorsize_tests {
namespace {

constexpr std::uint64_t usual_scenarios = 3'000;
constexpr std::uint64_t usual_seed = 1;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// The plain loop on the calling thread.
nanoseconds serial_time(const scenario& what) {
  const std::vector<double>& speeds = what.machine.speeds;
  return what.costs.total() / (speeds.empty() ? 1.0 : speeds.front());
}

/// Waking every helper once and the first start, as dear as they can be.
nanoseconds all_wakes(const machine_model& model) {
  const double dearest = 1.0 + model.wake_jitter;
  // A slow core pays for its wake-ups as it does for its items.
  const double slowest =
      model.speeds.empty() ? 1.0 : *std::min_element(model.speeds.begin(), model.speeds.end());
  return dearest / slowest *
         (model.absent.wake * static_cast<double>(model.workers) + model.absent.start);
}

}  // namespace

TEST_CASE("random machines and maps run every item once, end, and end in time",
          "[simulation][property]") {
  const std::uint64_t count = from_environment("AMORSIZE_SCENARIOS", usual_scenarios);
  const std::uint64_t first = from_environment("AMORSIZE_SCENARIO_SEED", usual_seed);
  const bool tells_all = std::getenv("AMORSIZE_SCENARIO_TOLD") != nullptr;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const random_scenario one = make_random_scenario(seed);
    if (tells_all) {
      std::fprintf(
          stderr, "seed %llu: %s\n", static_cast<unsigned long long>(seed), one.story.c_str());
    }
    const scenario_outcome outcome = run(one.what, seed);
    const nanoseconds excused = one.excused + all_wakes(one.what.machine);
    const double against_bound = (outcome.seen.makespan - excused) / outcome.lower_bound;
    const double against_serial = (outcome.seen.makespan - excused) / serial_time(one.what);
    CAPTURE(seed, one.story, outcome.seen.makespan / 1e6, outcome.lower_bound / 1e6, excused / 1e6);
    CHECK(outcome.seen.report.items == one.what.costs.items());
    if (tells_all) {
      for (const auto& each : outcome.seen.report.revisions) {
        std::fprintf(stderr,
                     "  %9.3f ms  %zu  %s\n",
                     double(each.when.count()) / 1e6,
                     each.n_jobs,
                     each.reason.c_str());
      }
      std::fprintf(stderr,
                   "RATIO %d %.3f %.3f %llu %.0f\n",
                   one.is_bounded_below,
                   against_bound,
                   against_serial,
                   static_cast<unsigned long long>(seed),
                   outcome.lower_bound.count() / 1e3);
    }
  }
}

}  // namespace amorsize_tests
