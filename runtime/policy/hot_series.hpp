// When maps follow each other closely: each alone is too short to wake anybody for, all together
// are not.
//
// Waking is a price paid once, staying serial one paid again and again: the ski rental problem.
// Serial maps add up what awake helpers would have saved them; when that comes to a few wake-ups,
// one is paid. A series that then ends has lost a fraction of what it had already missed; one that
// goes on is shared from there. Source: Karlin, Manasse, Rudolph, Sleator 1988. Thread safety: pure
// functions.
#pragma once

#include "runtime/policy/units.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// So many wake-ups must have been missed before one is paid.
inline constexpr double missed_wakes = 3.0;

/// What the series has missed, this map included. gap: since the map before ended; patience: how
/// long a helper would have stayed awake; saving: what this map would have saved.
[[nodiscard]] constexpr nanoseconds missed_by_series(nanoseconds before,
                                                     nanoseconds gap,
                                                     nanoseconds patience,
                                                     nanoseconds saving) noexcept {
  return sane(gap) < sane(patience) ? sane(before) + sane(saving) : sane(saving);
}

/// Is it time to wake somebody? waking: what that costs the caller.
[[nodiscard]] constexpr bool series_pays(nanoseconds missed, nanoseconds waking) noexcept {
  return sane(missed) > nanoseconds{0} && sane(missed) >= sane(waking) * missed_wakes;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
