// Thousands of machines on which anything may go wrong. Replayed, and told about, by their seed:
//   AMORSIZE_SCENARIOS=1 AMORSIZE_SCENARIO_SEED=7 AMORSIZE_SCENARIO_TOLD=1
//   amorsize_tests_simulation "random machines*"
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

/// Makespan / the plain loop's, beside what is excused. Short maps of items that wait for a lock
/// pay for the trial that shows it.
constexpr double most_of_serial = 1.20;
/// Makespan / lower bound of maps that could be over in this time, not sooner.
constexpr double most_of_bound = 1.30;
constexpr nanoseconds long_map{3e6};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// The plain loop on the calling thread.
nanoseconds serial_time(const scenario& what) {
  const std::vector<double>& speeds = what.machine.speeds;
  return what.costs.total() / (speeds.empty() ? 1.0 : speeds.front());
}

void tell(std::uint64_t seed, const random_scenario& one, const scenario_outcome& outcome) {
  std::fprintf(stderr,
               "seed %llu: %s\n  %.3f ms, %.3f x the bound, %.3f x serial, excused %.3f ms\n",
               static_cast<unsigned long long>(seed),
               one.story.c_str(),
               outcome.seen.makespan.count() / 1e6,
               outcome.ratio(),
               outcome.seen.makespan / serial_time(one.what),
               one.excused.count() / 1e6);
  for (const amorsize::revision& each : outcome.seen.report.revisions) {
    std::fprintf(stderr,
                 "  %9.3f ms  %zu  %s\n",
                 static_cast<double>(each.when.count()) / 1e6,
                 each.n_jobs,
                 each.reason.c_str());
  }
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
    const scenario_outcome outcome = run(one.what, seed);
    if (tells_all) {
      tell(seed, one, outcome);
    }
    const nanoseconds excused = one.excused + all_wakes(one.what.machine);
    const nanoseconds makespan = outcome.seen.makespan;
    CAPTURE(seed, one.story, makespan.count(), outcome.lower_bound.count(), excused.count());
    CHECK(outcome.seen.report.items == one.what.costs.items());
    CHECK(makespan <= most_of_serial * serial_time(one.what) + excused);
    if (one.is_bounded_below && outcome.lower_bound >= long_map) {
      CHECK(makespan <= most_of_bound * outcome.lower_bound + excused);
    }
    if (one.what.machine.memory.available > 0.0) {
      CHECK(outcome.seen.most_bytes <= one.what.machine.memory.available);
    }
  }
}

}  // namespace amorsize_tests
