#include "runtime/policy/wake_tree.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

wake_times predicted_wake(std::size_t helpers, const overheads& costs) noexcept {
  if (helpers == 0) {
    return {};
  }
  const nanoseconds wake = sane(costs.wake);
  wake_times times;
  times.asking = sane(costs.setup) + wake * static_cast<double>(called_directly(helpers));
  nanoseconds level_begins = sane(costs.setup);
  nanoseconds sum{0};
  std::size_t left = helpers;
  constexpr std::size_t fanout = wake_fanout;
  for (std::size_t callers = 1; left > 0; callers *= fanout) {
    const std::size_t level = std::min(left, callers * fanout);
    // A caller's i-th helper is called after i wakes.
    const std::size_t each = std::min(divide_up(level, callers), fanout);
    level_begins += wake * ((static_cast<double>(each) + 1.0) / 2.0) + sane(costs.start);
    sum += level_begins * static_cast<double>(level);
    left -= level;
  }
  times.start = sane(sum / static_cast<double>(helpers) - times.asking);
  return times;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
