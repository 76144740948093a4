// Is what the simulator says true? Simulates the maps of machine_workloads.hpp on a model of the
// machine that was measured, and compares the makespans.
//   amorsize_simulation_vs_machine FILE    what amorsize_simulation_measure wrote
// Ends with 1 when fewer than ten are within a tenth.
#include "tests/simulation/machine_workloads.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <vector>

namespace amorsize_tests {
namespace {

constexpr double near = 0.10;
constexpr std::size_t enough = 10;
constexpr std::uint64_t seeds = 7;
constexpr std::size_t rounds = 13;
constexpr std::size_t rounds_not_counted = 2;

machine_model model_of(const figures& seen, pause_before before) {
  machine_model model{.workers = 2};
  const auto wakes = [&](const std::string& state) {
    return wake_model{nanoseconds{figure(seen, state + "_wake")},
                      nanoseconds{figure(seen, state + "_start")}};
  };
  model.asleep = wakes(before == pause_before::long_one ? "long_asleep" : "asleep");
  model.awake = wakes("awake");
  model.clock_reading = nanoseconds{figure(seen, "claim")} - model.rmw_hit;
  const double speed = figure(seen, "speed_together");
  model.speeds = {speed, speed};
  return model;
}

/// The same items, of which all together take what the plain loop took.
item_costs costs_of(const machine_workload& what, const figures& seen) {
  const std::vector<std::uint32_t> turns = turns_of(what, nanoseconds{figure(seen, "one_turn")});
  double all = 0.0;
  for (const std::uint32_t one : turns) {
    all += one;
  }
  const nanoseconds one_turn{figure(seen, what.name + "_serial") / all};
  std::vector<nanoseconds> costs;
  for (const std::uint32_t one : turns) {
    costs.push_back(one_turn * static_cast<double>(one));
  }
  return item_costs(costs);
}

double simulated(const machine_workload& what, const figures& seen) {
  const item_costs costs = costs_of(what, seen);
  std::vector<double> makespans;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    virtual_process process(model_of(seen, what.before), seed);
    make_helpers(process);  // those of the real process have run other maps before
    site memory;
    for (std::size_t round = 0; round < rounds; ++round) {
      if (what.before == pause_before::long_one) {
        process.machine().advance(costs.total());
      } else if (what.before == pause_before::short_one) {
        process.machine().sleep_for(short_pause);
      }
      const simulated_map map = simulate(process, costs, {}, &memory);
      if (round >= rounds_not_counted) {
        makespans.push_back(map.makespan.count());
      }
    }
  }
  return median(makespans);
}

/// Returns whether enough of them agree.
bool compare(const figures& seen) {
  std::printf(
      "waking: %.1f us and %.1f us until it runs after a long sleep, %.1f and %.1f after 1 ms, "
      "%.2f and %.2f awake\nclaiming a chunk: %.0f ns; speed of two CPUs together: %.3f\n\n",
      figure(seen, "long_asleep_wake") / 1e3,
      figure(seen, "long_asleep_start") / 1e3,
      figure(seen, "asleep_wake") / 1e3,
      figure(seen, "asleep_start") / 1e3,
      figure(seen, "awake_wake") / 1e3,
      figure(seen, "awake_start") / 1e3,
      figure(seen, "claim"),
      figure(seen, "speed_together"));
  std::printf("%-20s %12s %12s %12s %8s\n",
              "workload",
              "serial us",
              "measured us",
              "simulated us",
              "differs");
  std::size_t agree = 0;
  for (const machine_workload& what : machine_workloads()) {
    const double measured = figure(seen, what.name + "_mapped");
    const double expected = simulated(what, seen);
    const double difference = expected / measured - 1.0;
    const bool is_near = std::abs(difference) <= near;
    agree += is_near ? 1 : 0;
    std::printf("%-20s %12.1f %12.1f %12.1f %+7.1f%%%s\n",
                what.name.c_str(),
                figure(seen, what.name + "_serial") / 1e3,
                measured / 1e3,
                expected / 1e3,
                100.0 * difference,
                is_near ? "" : "  *");
  }
  std::printf("\n%zu of %zu within %.0f %%\n", agree, machine_workloads().size(), 100.0 * near);
  return agree >= enough;
}

}  // namespace
}  // namespace amorsize_tests

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: amorsize_simulation_vs_machine FILE\n", stderr);
    return 2;
  }
  try {
    return amorsize_tests::compare(amorsize_tests::read_figures(arguments[1])) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "amorsize_simulation_vs_machine: %s\n", error.what());
    return 2;
  }
}
