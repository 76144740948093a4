#include "runtime/policy/cost_estimate.hpp"

#include <algorithm>
#include <cmath>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// Weight of a new block in the running spread; about the last eight blocks count.
inline constexpr double spread_weight = 0.125;

}  // namespace

void cost_estimate::observe(std::size_t items, nanoseconds busy) noexcept {
  if (items == 0) {
    return;
  }
  const double count = number(items);
  const nanoseconds time = sane(busy);
  if (!known()) {
    first_items_ = count;
    first_busy_ = time;
    return;
  }
  const double before = cost().count();
  if (before > 0.0) {
    const double deviation = std::abs(time.count() / count - before) / before;
    // One block a thousand times dearer is one deviation, not a thousand.
    spread_ += spread_weight * (std::min(deviation, 4.0) - spread_);
  }
  // Half the weight goes once the samples since the last time are as long as all before them.
  since_forgetting_ += time;
  if (items_ > 0.0 && since_forgetting_ * 2.0 > busy_) {
    items_ *= 0.5;
    busy_ *= 0.5;
    since_forgetting_ = nanoseconds{0};
  }
  items_ += count;
  busy_ += time;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
