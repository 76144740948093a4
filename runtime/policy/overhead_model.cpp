#include "runtime/policy/overhead_model.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

inline constexpr double step = 0.25;
inline constexpr double outlier = 4.0;
/// Nothing here is ever free; also keeps the estimate from getting stuck at zero.
inline constexpr nanoseconds least{5.0};

}  // namespace

nanoseconds learn(nanoseconds estimate, nanoseconds sample) noexcept {
  const nanoseconds known = sane(estimate) > least ? sane(estimate) : least;
  nanoseconds seen = sane(sample);
  if (seen > known * outlier) {
    seen = known * outlier;
  }
  const nanoseconds next = known + (seen - known) * step;
  return next > least ? next : least;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
