// The predicted finish of a plan.
// Thread safety: pure functions.
#pragma once

#include "runtime/policy/overhead_model.hpp"
#include "runtime/policy/units.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Work as the caller sees it when it thinks of sharing.
struct remaining_work {
  std::size_t items = 0;
  nanoseconds cost{0};      ///< per item
  std::size_t running = 1;  ///< workers that are at it already, the caller included
};

/// The work done by one worker alone.
[[nodiscard]] constexpr nanoseconds serial_time(const remaining_work& work) noexcept {
  return sane(sane(work.cost) * number(work.items));
}

/// First item starts to last item ends, with `workers` workers, the caller included: the caller
/// pays for those it calls itself (wake_tree.hpp), those who run already go on alone until the new
/// helpers start, and then all finish together, whole items permitting. Source: Graham 1969 for the
/// last item. O(log workers).
[[nodiscard]] nanoseconds predicted_makespan(const remaining_work& work,
                                             std::size_t workers,
                                             const overheads& costs) noexcept;

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
