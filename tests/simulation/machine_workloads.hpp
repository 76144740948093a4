// The maps with which the simulator is checked against a real machine of 2 CPUs: what both programs
// run, and the file by which one tells the other. Thread safety: plain values, pure functions.
#pragma once

#include "tests/support/virtual_machine/cost_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace amorsize_tests {

/// What happens between two maps of a workload.
enum class pause_before {
  long_one,   ///< the caller works alone for as long as the map would take serially
  short_one,  ///< the caller sleeps for a millisecond
  none,       ///< maps follow one another
};

struct machine_workload {
  std::string name;  ///< without blanks
  shape which = shape::uniform;
  std::size_t items = 0;
  nanoseconds mean{0};
  pause_before before = pause_before::long_one;
};

inline constexpr nanoseconds short_pause{1e6};
/// Maps in a row, when they follow one another.
inline constexpr std::size_t maps_in_a_row = 20;

[[nodiscard]] const std::vector<machine_workload>& machine_workloads();

/// How often the busy loop turns for each item. Both programs get the same. At least 1.
[[nodiscard]] std::vector<std::uint32_t> turns_of(const machine_workload& of, nanoseconds one_turn);

/// Numbers by name, one a line; '#' begins a comment.
using figures = std::map<std::string, double>;
void write_figures(const std::filesystem::path& to, const figures& all);
/// Throws std::runtime_error, naming the file and the line.
[[nodiscard]] figures read_figures(const std::filesystem::path& from);
/// Throws std::runtime_error when there is no such figure.
[[nodiscard]] double figure(const figures& of, const std::string& name);

/// Of what need not be sorted. 0 of nothing.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace amorsize_tests
