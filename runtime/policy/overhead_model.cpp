#include "runtime/policy/overhead_model.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

inline constexpr double step = 0.25;
/// Nothing here is ever free; also keeps the estimate from getting stuck at zero.
inline constexpr nanoseconds least{5.0};

}  // namespace

nanoseconds learn(nanoseconds estimate, nanoseconds sample, double most) noexcept {
  const nanoseconds known = sane(estimate) > least ? sane(estimate) : least;
  nanoseconds seen = sane(sample);
  if (seen > known * most) {
    seen = known * most;
  }
  const nanoseconds next = known + (seen - known) * step;
  return next > least ? next : least;
}

nanoseconds fade(nanoseconds estimate, nanoseconds assumed, nanoseconds age) noexcept {
  const nanoseconds known = sane(estimate);
  const nanoseconds least_known = sane(assumed);
  if (known <= least_known) {
    return known;  // good news does not fade: acting on it keeps it fresh
  }
  return least_known + (known - least_known) / (1.0 + sane(age) / fade_half_life);
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
