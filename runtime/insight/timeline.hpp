// From what the workers recorded to what a report tells: who worked when, and what items cost.
// Thread safety: thread-safe; pure functions.
#pragma once

#include "runtime/policy/map_event.hpp"
#include "runtime/policy/units.hpp"

#include <amorsize/report.hpp>

#include <cstddef>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// Spans of a report at most, over all workers; and of one worker.
inline constexpr std::size_t most_spans = 4096;
inline constexpr std::size_t most_spans_of_worker = 400;
inline constexpr std::size_t fewest_spans_of_worker = 16;
/// Bins of a report's costs at most.
inline constexpr std::size_t most_cost_bins = 24;

/// Fills chunks, steals, timeline and costs. events: of this map, in any order; began: of the map,
/// on their clock. Chunks of a worker that are too many are added up in cells of equal width.
///
/// Throws:        std::bad_alloc
/// Complexity:    O(events x log events)
void add_timeline(report& to, std::vector<policy::map_event> events, policy::nanoseconds began);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
