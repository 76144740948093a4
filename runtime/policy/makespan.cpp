#include "runtime/policy/makespan.hpp"
#include "runtime/policy/wake_tree.hpp"

#include <algorithm>
#include <cmath>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// Reading another worker's range: its cache line comes from another core.
inline constexpr nanoseconds range_look{100.0};

}  // namespace

nanoseconds predicted_makespan(const remaining_work& work,
                               std::size_t workers,
                               const overheads& costs) noexcept {
  const nanoseconds alone = serial_time(work);
  if (workers <= 1 || work.items <= 1) {
    return alone;
  }
  const wake_times coming = predicted_wake(workers - 1, costs);
  const nanoseconds asking = coming.asking;
  const nanoseconds start = coming.start;
  if (alone <= start) {
    return sane(asking + alone);  // over before the helpers come
  }
  const nanoseconds cost = sane(work.cost);
  // Items the caller finishes before anyone helps; the one it is in counts as shared work.
  const double before = std::floor(start / cost);
  const double left = std::max(1.0, static_cast<double>(work.items) - before);
  const double even = left / static_cast<double>(workers);
  // Few items: somebody gets one more than the others. Many: chunks even that out.
  const double longest = even < 16.0 ? std::ceil(even) : even;
  // At the end each worker looks at every range once before it believes that nothing is left.
  const nanoseconds looking = range_look * static_cast<double>(workers - 1);
  return sane(std::min(asking + start + cost * longest + looking, asking + alone));
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
