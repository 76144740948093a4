// Was a beat so much longer than all that can explain it that the machine stood still, or its clock
// jumped? Suspended machines and virtual ones that their host has put aside come back like that.
// Thread safety: pause_in is pure; a pause_watch is for one thread at a time.
#pragma once

#include "runtime/policy/chunk_sample.hpp"
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

/// The pauses of one map.
class pause_watch {
 public:
  /// True when this beat tells nothing about items and workers: the machine stood still, its clock
  /// jumped, or a quota was used up. Not twice in a row for the first two: then the items have
  /// become as dear as that. What was lost is taken out of sample.finished.
  /// planned, cost: as for pause_in. was_throttled(): did the system hold the process back since it
  /// was last asked? Asked only when the beat was long enough for that.
  template <class Throttled>
  [[nodiscard]] bool is_pause(beat_sample& sample,
                              nanoseconds planned,
                              nanoseconds cost,
                              const Throttled& was_throttled) {
    nanoseconds in_beat = pause_in(sample.wall, planned, cost, sample.items);
    was_paused_ = in_beat.count() < 0.0 || (in_beat.count() > 0.0 && !was_paused_);
    if (!was_paused_ && sample.wall - planned > shortest_throttling && was_throttled()) {
      in_beat = sample.wall - planned;
      was_paused_ = true;
    }
    if (was_paused_) {
      lost_ += in_beat;
      sample.finished -= in_beat;
    }
    return was_paused_;
  }

  /// In all pauses; below zero when the clock was set back.
  [[nodiscard]] nanoseconds lost() const noexcept { return lost_; }

 private:
  nanoseconds lost_{0};
  bool was_paused_ = false;  ///< in the newest beat
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
