// Situations that a map may find itself in, for machines of any width, and for each the time that
// no schedule can beat. Thread safety: one simulation at a time.
#pragma once

#include "tests/support/virtual_machine/simulate.hpp"

#include <amorsize/options.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace amorsize_tests {

/// From then on this much work is done in a unit of time, all workers together.
struct supply_step {
  nanoseconds from{0};  ///< since the map began
  double speed = 0.0;
};
/// When work that begins at 0 is done by such a supply at the earliest; steps in order of time.
[[nodiscard]] nanoseconds earliest_end(nanoseconds work, const std::vector<supply_step>& supply);

/// One map on one machine.
struct scenario {
  machine_model machine{};
  item_costs costs{std::vector<nanoseconds>{}};
  amorsize::options how{};
  /// What no schedule can beat; what came to pass may matter (helpers that were never seen).
  std::function<nanoseconds(const simulated_map&)> lower_bound{};
};

struct scenario_kind {
  std::string name;
  bool is_faulty = false;
  std::string bound;  ///< in words
  std::function<scenario(std::size_t workers)> make{};
};

/// What is asked of makespan / lower bound.
inline constexpr double most_without_faults = 1.05;
inline constexpr double most_with_faults = 1.25;

[[nodiscard]] const std::vector<scenario_kind>& all_scenarios();

struct scenario_outcome {
  simulated_map seen{};
  nanoseconds lower_bound{0};

  [[nodiscard]] double ratio() const noexcept { return seen.makespan / lower_bound; }
};
/// The first map of a fresh process.
[[nodiscard]] scenario_outcome run(const scenario& one, std::uint64_t seed);

}  // namespace amorsize_tests
