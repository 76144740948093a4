// How good the estimates of a decision were, once the map has ended: numbers that insight/ turns
// into a sentence. Thread safety: pure functions and immutable values.
#pragma once

#include "runtime/policy/decision.hpp"
#include "runtime/policy/makespan.hpp"
#include "runtime/policy/units.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// What a decision said, and what came. Ratios are measured / estimated; 0 = cannot be told.
struct decision_audit {
  nanoseconds estimated_elapsed{0};  ///< of the whole map, what was over by then included
  nanoseconds measured_elapsed{0};
  double elapsed_ratio = 0.0;
  nanoseconds estimated_cost{0};  ///< per item
  nanoseconds measured_cost{0};
  double cost_ratio = 0.0;
  nanoseconds estimated_start{0};  ///< asking for helpers until the first one is ready
  nanoseconds measured_start{0};
  double start_ratio = 0.0;
};

/// The outcome that a decision is compared with.
struct audited_outcome {
  nanoseconds elapsed{0};
  nanoseconds cost{0};   ///< per item, over the whole map
  nanoseconds start{0};  ///< 0 = no helper came
};

/// Measured / estimated; 0 when one of them is not a positive number.
[[nodiscard]] constexpr double audit_ratio(nanoseconds measured, nanoseconds estimated) noexcept {
  const double a = sane(measured).count();
  const double b = sane(estimated).count();
  return a > 0.0 && b > 0.0 ? a / b : 0.0;
}

/// when: the decision was made, since the map began. A decision that predicted nothing (n_jobs was
/// set) has no ratios.
[[nodiscard]] constexpr decision_audit audit(const decision& made,
                                             nanoseconds when,
                                             const audited_outcome& came) noexcept {
  decision_audit result{.measured_elapsed = sane(came.elapsed),
                        .estimated_cost = sane(made.estimated_cost),
                        .measured_cost = sane(came.cost)};
  const nanoseconds rest = sane(made.n_jobs > 1 ? made.estimated_parallel : made.estimated_serial);
  if (rest.count() > 0.0) {
    result.estimated_elapsed = sane(when) + rest;
  }
  result.elapsed_ratio = audit_ratio(result.measured_elapsed, result.estimated_elapsed);
  result.cost_ratio = audit_ratio(result.measured_cost, result.estimated_cost);
  if (made.n_jobs > 1) {
    result.estimated_start = sane(made.wake_cost) + sane(made.start_delay);
    result.measured_start = sane(came.start);
    result.start_ratio = audit_ratio(result.measured_start, result.estimated_start);
  }
  return result;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
