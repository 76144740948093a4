#include "runtime/policy/makespan.hpp"

#include <algorithm>
#include <cmath>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

nanoseconds predicted_makespan(const remaining_work& work,
                               std::size_t workers,
                               const overheads& costs) noexcept {
  const nanoseconds alone = serial_time(work);
  if (workers <= 1 || work.items <= 1) {
    return alone;
  }
  const double helpers = static_cast<double>(workers - 1);
  const nanoseconds asking = sane(costs.wake) * helpers;
  const nanoseconds start = sane(costs.start);
  if (alone <= start) {
    return sane(asking + alone);  // over before the first helper comes
  }
  const nanoseconds cost = sane(work.cost);
  // Items the caller finishes before anyone helps; the one it is in counts as shared work.
  const double before = std::floor(start / cost);
  const double left = std::max(1.0, static_cast<double>(work.items) - before);
  const double even = left / static_cast<double>(workers);
  // Few items: somebody gets one more than the others. Many: chunks even that out.
  const double longest = even < 16.0 ? std::ceil(even) : even;
  return sane(std::min(asking + start + cost * longest, asking + alone));
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
