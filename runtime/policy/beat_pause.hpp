// Was a beat so much longer than all that can explain it that the machine stood still, or its clock
// jumped? Suspended machines and virtual ones that their host has put aside come back like that.
// Thread safety: pure functions.
#pragma once

#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

#include <algorithm>
#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// A beat is taken for a pause when it lasted so many times what was planned, and what its items
/// usually take.
inline constexpr double pause_from = 1000.0;

/// Who has used up a quota waits for the next period, some milliseconds at least: a beat that is so
/// much longer than planned makes it worth asking.
inline constexpr nanoseconds shortest_throttling = 3.0 * millisecond;

/// Clocks of several CPUs may differ by less than this. A reading that lies further back tells that
/// the clock was set back.
inline constexpr nanoseconds clock_goes_back = millisecond;

/// What was lost between the beats, less than nothing if the clock went back; 0 = nothing out of
/// the ordinary. planned: how long the beat should have been. cost: of an item before it.
[[nodiscard]] constexpr nanoseconds pause_in(nanoseconds wall,
                                             nanoseconds planned,
                                             nanoseconds cost,
                                             std::size_t items) noexcept {
  const nanoseconds usual = std::max(sane(planned), sane(cost * static_cast<double>(items)));
  if (wall < -clock_goes_back) {
    return wall - usual;
  }
  const nanoseconds lasted = sane(wall);
  return usual.count() > 0.0 && lasted > usual * pause_from ? lasted - usual : nanoseconds{0};
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
