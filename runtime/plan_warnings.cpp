#include "runtime/insight/number_text.hpp"
#include "runtime/insight/waiting_text.hpp"
#include "runtime/plan_warnings.hpp"
#include "runtime/policy/plan_estimate.hpp"
#include "runtime/probe/environment.hpp"
#include "runtime/probe/memory_available.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using insight::count_text;
using insight::duration_text;
using insight::percent_text;
using policy::nanoseconds;

/// A cost whose standard error is above this moves n_jobs and the gate.
constexpr double weak_error = 0.25;
/// Other threads that use more than this much of the time are worth a word.
constexpr double others_above = 0.3;
/// Looking at the memory takes 10 us and more.
constexpr double many_bytes = 64.0 * 1024 * 1024;

void add_timing_warnings(plan& made, const dry_run_facts& seen) {
  if (made.sampled_items > 1 && nanoseconds{made.sampled_ns} < policy::well_timed) {
    made.warnings.push_back("the items are too cheap to time with this sample: " +
                            duration_text(nanoseconds{made.sampled_ns}) +
                            " in all, so the interval is wide");
  }
  if (made.sampled_items > 1 && seen.relative_error > weak_error) {
    made.warnings.push_back("the costs of the items differ so much that the estimate is weak (+- " +
                            percent_text(seen.relative_error) +
                            "); a larger sample_size would help");
  }
}

void add_callable_warnings(plan& made, const dry_run_facts& seen) {
  if (seen.wall < insight::waiting_told_from) {
    return;
  }
  const double others = policy::sane(seen.all_cpu - seen.own.cpu) / seen.wall;
  if (others > others_above) {
    made.warnings.push_back("other threads of this process used " + percent_text(others) +
                            " of a CPU meanwhile: the callable starts threads of its own, or the "
                            "process is busy; then workers compete");
  }
  std::string waiting = insight::waiting_text({.busy = seen.wall,
                                               .cpu = seen.own.cpu,
                                               .waits = seen.own.waits,
                                               .preempted = seen.own.preempted},
                                              insight::more_workers::may_help);
  if (!waiting.empty()) {
    made.warnings.push_back(std::move(waiting));
  }
}

void add_memory_warning(plan& made) {
  const double needed = static_cast<double>(made.items) * static_cast<double>(made.result_bytes);
  if (needed < many_bytes) {
    return;
  }
  const std::optional<std::uint64_t> available = probe::current_memory_available();
  if (available && needed > static_cast<double>(*available)) {
    constexpr double mebibyte = 1024.0 * 1024.0;
    made.warnings.push_back("the results need " + insight::ratio_text(needed / mebibyte) +
                            " MiB, of which " +
                            insight::ratio_text(static_cast<double>(*available) / mebibyte) +
                            " MiB are available: memory limits this map, not the workers");
  }
}

}  // namespace

void add_plan_warnings(plan& made, const dry_run_facts& seen) {
  made.warnings = probe::this_environment().warnings;
  if (seen.input.cause == detail::serial_cause::callable_not_shareable) {
    made.warnings.emplace_back(
        "the callable cannot be shared: no const call operator (a mutable lambda?)");
  }
  if (seen.with.n_jobs > 1 && made.n_jobs == 1) {
    made.warnings.push_back("n_jobs = " + count_text(seen.with.n_jobs) +
                            " is ignored: " + made.reason);
  }
  if (!seen.input.is_sampled) {
    made.warnings.emplace_back(
        "no item was tried: they cannot be taken out of the source and tried without loss");
  }
  add_timing_warnings(made, seen);
  add_callable_warnings(made, seen);
  add_memory_warning(made);
  const bool limited = made.limit.find("affinity") != std::string::npos ||
                       made.limit.find("quota") != std::string::npos;
  if (limited && made.n_jobs == made.limit_jobs) {
    made.warnings.push_back("limited to " + made.limit);
  }
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
