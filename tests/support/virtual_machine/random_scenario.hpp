// A machine on which anything may go wrong, and a map on it, from one number. Thread safety:
// thread-safe.
#pragma once

#include "tests/support/virtual_machine/scenario.hpp"

#include <cstdint>
#include <string>

namespace amorsize_tests {

struct random_scenario {
  scenario what;
  std::string story;  ///< what is wrong with it, in words
  /// What cannot be expected to be made up for, whatever is decided: the time a helper is late, a
  /// worker stands still with a chunk in its hands, a change of capacity is not noticed.
  nanoseconds excused{0};
  /// Must the makespan stay near the lower bound, or, as where items wait for each other, only near
  /// the plain loop's?
  bool is_bounded_below = true;
};

[[nodiscard]] random_scenario make_random_scenario(std::uint64_t seed);

}  // namespace amorsize_tests
