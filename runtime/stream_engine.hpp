// Maps that run in order on the calling thread: streams, lists, generators, output iterators. The
// templates hold the loop; here is what it asks between two items. Nothing is shared yet, and the
// report says so.
//
//   serial_run ──next_item()──> look_up(): stop? progress? ──finish()──> report
//
// Thread safety: a serial_run belongs to one thread.
#pragma once

#include "runtime/policy/units.hpp"

#include <amorsize/detail/engines.hpp>
#include <amorsize/version.hpp>

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// The clock is read at least every so many items: rare enough to cost a tenth of a nanosecond per
/// item, often enough to notice that items have become a thousand times dearer.
inline constexpr std::size_t most_items_unwatched = 128;

/// Items until the clock is read again, after `items` took `time`. At most twice as many as before,
/// at most most_items_unwatched, at least 1. Pure, total.
[[nodiscard]] std::size_t items_until_look_up(std::size_t items, policy::nanoseconds time) noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
