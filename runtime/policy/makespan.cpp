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
  const auto running = static_cast<double>(std::clamp<std::size_t>(work.running, 1, workers));
  const wake_times coming = predicted_wake(workers - static_cast<std::size_t>(running), costs);
  const nanoseconds asking = coming.asking;
  const nanoseconds start = coming.start;
  // The others, if any, go on while one calls.
  const nanoseconds unaided = asking + sane(alone - asking * (running - 1.0)) / running;
  if (unaided <= asking + start) {
    return sane(unaided);  // over before the helpers come
  }
  const nanoseconds cost = sane(work.cost);
  // Items finished before anyone new helps; those under way count as shared work.
  const double before =
      std::floor(start / cost) * running + std::floor(asking / cost) * (running - 1.0);
  const double left = std::max(1.0, static_cast<double>(work.items) - before);
  const double even = left / static_cast<double>(workers);
  // Few items: somebody gets one more than the others. Many: chunks even that out.
  const double longest = even < 16.0 ? std::ceil(even) : even;
  // At the end each worker looks at every range once before it believes that nothing is left.
  const nanoseconds looking = range_look * static_cast<double>(workers - 1);
  return sane(std::min(asking + start + cost * longest + looking, unaided));
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
