// What every worker of a shared map does: claim, run, time, report; steal when its own range is
// empty; leave when it is not wanted any more. It decides nothing.
// Thread safety: each worker calls it for its own seat.
#pragma once

#include "runtime/executor/shared_map.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

/// Work that helpers did for nested maps called on this thread, nanoseconds. The cost of an item is
/// the work it causes, not the time its caller waits for it; else an outer map would take its
/// nested maps' speedup for contention. Owned by its thread.
[[nodiscard, gnu::hot]] double& nested_work() noexcept;

/// Runs worker `seat` until no range holds anything to claim, or, for helpers, until it has to go.
/// Seat 0 is the caller's. Exceptions of the user's code are recorded, not thrown; only a forced
/// unwind of the calling thread and what `tick` throws pass through.
/// Returns true when a helper has already left the gate.
bool run_worker(shared_map& map, std::size_t seat);

/// What the caller did before the first helper came is a measurement of its rate alone from here
/// on.
inline constexpr policy::nanoseconds rate_measured_from{20e3};

/// A helper has passed the gate: when the first one did, and what the caller had done by then, if
/// that can be as much as rate_measured_from.
void note_arrival(shared_map& map) noexcept;

/// Enters `seat` of a map the gate of which the helper has passed, runs, leaves seat and gate.
void run_helper(shared_map& map) noexcept;

/// Sum over the seats; for progress and reports. O(seats).
[[nodiscard]] std::size_t items_done(const shared_map& map) noexcept;

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
