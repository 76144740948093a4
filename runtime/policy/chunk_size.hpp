// How many items a worker claims next: grain, balance, taper at the tail.
// Thread safety: pure functions; each worker calls them for itself.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Claiming a chunk may cost at most this fraction of running it.
inline constexpr double claim_fraction = 0.01;
/// Chunks are no longer than this unless the caller says otherwise: a worker that is descheduled,
/// a failure above, a request to leave, all wait for one chunk.
inline constexpr nanoseconds longest_chunk{20e3};
/// At the tail chunks shrink no further than this: below, a steal costs more than it evens out.
/// Half of it is what the others wait at the end, which is a twentieth of a map of 20 us on 2 CPUs.
inline constexpr nanoseconds shortest_tail_chunk{1e3};

/// How long a chunk should take. requested: options::target_chunk_duration, 0 = choose from the
/// measured cost of a claim.
[[nodiscard]] nanoseconds chunk_duration(nanoseconds requested, nanoseconds claim) noexcept;

struct chunk_request {
  std::size_t range_items = 0;     ///< left in the worker's own range
  std::size_t previous_items = 0;  ///< the worker's last chunk in this range; 0 = none
  nanoseconds cost{0};             ///< per item, the worker's own recent one
  nanoseconds duration{0};         ///< from chunk_duration()
  std::size_t first_item = 0;      ///< index of the first item of the range
  std::size_t line_items = 1;      ///< output items per cache line
  std::size_t line_offset =
      0;  ///< items of the first, broken line: i + offset is a multiple on lines
};

/// Items to claim now, in [1, range_items] (0 only for an empty range). At most four times
/// the previous chunk, and a 64th of a whole one where there was none; at most half of what is
/// left, so that a thief finds something, but not below shortest_tail_chunk; ends on a cache line
/// of the output where a chunk spans several. O(1).
[[nodiscard]] std::size_t chunk_size(const chunk_request& request) noexcept;

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
