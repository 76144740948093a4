// What workers recorded, as events of the Chrome trace format.
// Thread safety: thread-safe; pure functions.
#pragma once

#include "runtime/insight/event_log.hpp"
#include "runtime/insight/json.hpp"
#include "runtime/policy/units.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// Tracks in a trace: threads have small numbers, maps are numbered behind them.
inline constexpr std::uint64_t first_map_track = 1'000;

[[nodiscard]] constexpr std::uint64_t track_of_thread(std::size_t ring) noexcept {
  return ring + 1;
}
[[nodiscard]] constexpr std::uint64_t track_of_map(std::uint64_t map_id) noexcept {
  return first_map_track + map_id;
}

/// Map number -> what a person calls it: "hashing (map 7)".
using map_names = std::map<std::uint64_t, std::string>;

/// "map 7" where no better name is known.
[[nodiscard]] std::string name_of_map(const map_names& names, std::uint64_t map_id);

/// The format counts time in microseconds. Total: what is not finite becomes 0.
[[nodiscard]] double trace_time(policy::nanoseconds when);

/// Opens an event object and writes what all events have; "args" and the closing are the caller's.
void begin_trace_event(json_writer& json,
                       std::string_view name,
                       std::string_view phase,
                       std::uint64_t track);

/// A track's name and its place from above.
void write_track(json_writer& json,
                 std::uint64_t track,
                 std::string_view name,
                 std::uint64_t place);

/// One counter value at one time.
void write_trace_counter(json_writer& json,
                         std::string_view name,
                         std::uint64_t track,
                         policy::nanoseconds when,
                         std::string_view unit,
                         double value);

/// Threads as tracks with chunks, steals, wake-ups and waits, whole maps on their own tracks, and
/// items per second as counters. Into an open array. O(events log maps).
void write_worker_events(json_writer& json,
                         const std::vector<tracked_event>& events,
                         const map_names& names);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
