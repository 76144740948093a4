#include "runtime/policy/overhead_model.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

inline constexpr double step = 0.25;
/// Nothing here is ever free; also keeps the estimate from getting stuck at zero.
inline constexpr nanoseconds least{5.0};

inline constexpr nanoseconds first_half_life{50e6};
/// Longest half-life: first_half_life doubled so often, 3.2 s.
inline constexpr unsigned most_disappointments = 6;

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

nanoseconds fade(nanoseconds estimate,
                 nanoseconds assumed,
                 nanoseconds age,
                 nanoseconds half_life) noexcept {
  const nanoseconds known = sane(estimate);
  const nanoseconds least_known = sane(assumed);
  if (known <= least_known) {
    return known;  // good news does not fade: acting on it keeps it fresh
  }
  return least_known + (known - least_known) / (1.0 + sane(age) / half_life);
}

nanoseconds fade_half_life(unsigned disappointments) noexcept {
  return first_half_life *
         static_cast<double>(1U << std::min(disappointments, most_disappointments));
}

unsigned disappointments_after(unsigned before, nanoseconds promised, nanoseconds seen) noexcept {
  return sane(seen) > sane(promised) ? std::min(before + 1, most_disappointments) : 0;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
