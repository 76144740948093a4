#include "runtime/insight/number_text.hpp"
#include "runtime/insight/waiting_text.hpp"
#include "runtime/policy/decision.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

bool has_waited(const callable_time& seen) noexcept {
  return seen.busy >= waiting_told_from && seen.waits > seen.preempted &&
         seen.cpu <= seen.busy * policy::most_cpu_of_waiting;
}

std::string waiting_text(const callable_time& seen, more_workers than_cpus) {
  if (!has_waited(seen)) {
    return {};
  }
  const std::string text = "the callable waits: it used the CPU for " +
                           percent_text(policy::sane(seen.cpu) / seen.busy) + " of its time; ";
  return text + (than_cpus == more_workers::may_help
                     ? "n_jobs above the number of CPUs may be worth trying"
                     : "for a lock?");
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
