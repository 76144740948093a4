// What the workers of this process did lately: one bounded ring per thread, for traces and
// timelines. The oldest events are overwritten; nobody ever waits for a reader: an event that would
// have to is counted as dropped.
// Thread safety: thread-safe. A ring has one writer, its thread; a thread that ends leaves its
// ring, with what is in it, to the next one that needs one.
#pragma once

#include "runtime/policy/map_event.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// Events a thread keeps: 1 MiB, touched as it fills. At one chunk in 20 us, the last 0.6 s of
/// work.
inline constexpr std::size_t events_per_thread = 32'768;
/// Threads that can record at the same time; the events of more are dropped.
inline constexpr std::size_t most_recording_threads = 256;

/// An event and the ring it was in: 0 is the first thread that ever recorded.
struct tracked_event {
  std::size_t track = 0;
  policy::map_event what = {};
};

/// What was lost.
struct event_losses {
  std::uint64_t overwritten = 0;  ///< older than what the rings hold
  std::uint64_t dropped = 0;      ///< no ring to be had, or a reader was at it
};

/// Keeps an event in the calling thread's ring. The first one of a thread allocates it.
///
/// Complexity:    O(1); no system call and no waiting once the thread has its ring
void record_event(const policy::map_event& event) noexcept;

/// All events kept, ordered by beginning, longer ones first.
///
/// Throws:        std::bad_alloc
[[nodiscard]] std::vector<tracked_event> event_snapshot();

/// The events of one map that ended no earlier than `since` on the clock of the process, in no
/// particular order. Looks only at what was recorded since then.
///
/// Throws:        std::bad_alloc
/// Complexity:    O(threads + events recorded since)
[[nodiscard]] std::vector<policy::map_event> events_of_map(std::uint32_t map_id,
                                                           policy::nanoseconds since);

[[nodiscard]] event_losses lost_events() noexcept;

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
