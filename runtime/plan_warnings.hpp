// What a plan has to be read with: why its estimate may be weak, and what the callable does that no
// estimate foresees. Thread safety: thread-safe.
#pragma once

#include "runtime/clock.hpp"
#include "runtime/policy/units.hpp"
#include "runtime/settings.hpp"

#include <amorsize/detail/dry_run.hpp>
#include <amorsize/plan.hpp>
#include <amorsize/version.hpp>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// What the dry run saw besides its plan.
struct dry_run_facts {
  const detail::dry_run_input& input;
  const settings& with;
  policy::nanoseconds wall{0};     ///< the dry run, from its beginning to its end
  thread_usage own{};              ///< what the calling thread did meanwhile
  policy::nanoseconds all_cpu{0};  ///< CPU time of all threads of the process meanwhile
  double relative_error = 0.0;     ///< of the cost
};

/// Sets plan::warnings. Reads how much memory is available only when the results need a lot.
///
/// Throws:        std::bad_alloc
void add_plan_warnings(plan& made, const dry_run_facts& seen);

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
