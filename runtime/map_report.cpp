#include "runtime/insight/reason_text.hpp"
#include "runtime/map_report.hpp"

#include <algorithm>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

std::chrono::nanoseconds whole(policy::nanoseconds value) noexcept {
  return std::chrono::nanoseconds{static_cast<std::int64_t>(policy::sane(value).count())};
}

/// The decision under which most of the time passed.
const policy::decision& in_force_longest(const policy::decision_history& history,
                                         policy::nanoseconds elapsed) noexcept {
  std::size_t longest = 0;
  policy::nanoseconds duration{-1.0};
  for (std::size_t i = 0; i < history.size(); ++i) {
    const policy::nanoseconds until =
        i + 1 < history.size() ? history.at(i + 1).when : std::max(elapsed, history.at(i).when);
    if (until - history.at(i).when > duration) {
      duration = until - history.at(i).when;
      longest = i;
    }
  }
  return history.at(longest).what;
}

double predicted_speedup(const policy::decision& made) noexcept {
  const bool shared = made.n_jobs > 1 && made.estimated_parallel.count() > 0.0;
  return shared ? made.estimated_serial / made.estimated_parallel : 1.0;
}

/// Items per second with helpers / alone. 0: shared, but the rate alone was never measured.
double reached_speedup(const map_outcome& outcome) noexcept {
  if (outcome.items_shared == 0 || outcome.workers < 2) {
    return 1.0;
  }
  if (!(outcome.elapsed_shared.count() > 0.0)) {
    return 0.0;
  }
  return static_cast<double>(outcome.items_shared) * (outcome.cost_alone / outcome.elapsed_shared);
}

}  // namespace

report make_report(const policy::decision_history& history, map_outcome outcome) {
  report made;
  made.items = outcome.items_given;
  made.elapsed = whole(outcome.elapsed);
  made.workers = outcome.workers;
  for (const policy::nanoseconds busy : outcome.worker_busy) {
    made.worker_busy.push_back(whole(busy));
  }
  if (history.size() > 0) {
    const policy::decision& main = in_force_longest(history, outcome.elapsed);
    made.n_jobs = main.n_jobs;
    made.chunksize = main.chunksize;
    made.reason = insight::reason_text(main);
    made.estimated_speedup = predicted_speedup(main);
  }
  made.measured_speedup = reached_speedup(outcome);
  for (std::size_t i = 0; i < history.size(); ++i) {
    const policy::decision_history::entry& one = history.at(i);
    made.revisions.push_back({.when = whole(one.when),
                              .n_jobs = one.what.n_jobs,
                              .chunksize = one.what.chunksize,
                              .reason = insight::reason_text(one.what)});
  }
  made.estimated_cost_ns = outcome.cost.count();
  made.estimated_cost_spread = outcome.spread;
  made.measured_wake_cost_ns = outcome.wake.count();
  made.measured_start_delay_ns = outcome.start.count();
  made.claim_cost_ns = outcome.claim.count();
  made.backend = outcome.backend;
  made.warnings = std::move(outcome.warnings);
  return made;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
