// When maps follow each other closely: each alone is too short to wake anybody for, all together
// are not.
//
// Waking is a price paid once, staying serial one paid again and again: the ski rental problem.
// Serial maps add up what awake helpers would have saved them; when that comes to a few wake-ups,
// one is paid. A series that then ends has lost a fraction of what it had already missed; one that
// goes on is shared from there. Source: Karlin, Manasse, Rudolph, Sleator 1988. Thread safety: pure
// functions.
#pragma once

#include "runtime/policy/overhead_model.hpp"
#include "runtime/policy/units.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// So many wake-ups must have been missed before one is paid.
inline constexpr double missed_wakes = 3.0;

inline constexpr double missed_starts = 4.0;

/// What the series has missed, this map included; 0 for the first of a series, which nothing has
/// followed yet: a helper woken for it would sleep again by the next map. gap: since the map before
/// ended; patience: how long a helper would have stayed awake; saving: what this map would have
/// saved.
[[nodiscard]] constexpr nanoseconds missed_by_series(nanoseconds before,
                                                     nanoseconds gap,
                                                     nanoseconds patience,
                                                     nanoseconds saving) noexcept {
  return sane(gap) < sane(patience) ? sane(before) + sane(saving) : nanoseconds{0};
}

/// Is it time to wake somebody? waking: what that costs the caller.
[[nodiscard]] constexpr bool series_pays(nanoseconds missed, nanoseconds waking) noexcept {
  return sane(missed) > nanoseconds{0} && sane(missed) >= sane(waking) * missed_wakes;
}

/// Starting the back end is paid once in a process. Maps that would each have been shared had it
/// been started, and were not, add up what that would have saved, however far apart they are: as
/// soon as it is what starting costs, it is started. absent: the costs while no thread exists.
[[nodiscard]] constexpr bool start_pays(nanoseconds missed, const overheads& absent) noexcept {
  return sane(missed) > nanoseconds{0} &&
         sane(missed) >= sane(absent.setup + absent.wake + absent.start) * missed_starts;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
