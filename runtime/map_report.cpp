#include "runtime/insight/audit_text.hpp"
#include "runtime/insight/reason_text.hpp"
#include "runtime/map_report.hpp"
#include "runtime/policy/decision_audit.hpp"
#include "runtime/policy/makespan.hpp"
#include "runtime/policy/wake_tree.hpp"

#include <algorithm>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

std::chrono::nanoseconds whole(policy::nanoseconds value) noexcept {
  return std::chrono::nanoseconds{static_cast<std::int64_t>(policy::sane(value).count())};
}

/// The decision under which most of the time passed.
const policy::decision_history::entry& in_force_longest(const policy::decision_history& history,
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
  return history.at(longest);
}

using policy::reason_code;

/// Does the decision rest on a prediction, and not on a fact or on a measurement?
bool is_prediction(const policy::decision& made) noexcept {
  return made.reason == reason_code::shared_predicted ||
         made.reason == reason_code::maps_in_series || made.reason == reason_code::too_short ||
         made.reason == reason_code::gain_too_small;
}

/// Does the decision rest on what items were believed to cost, whether shared or not?
bool rests_on_costs(const policy::decision& made) noexcept {
  return is_prediction(made) || made.reason == reason_code::costs_changed;
}

/// Was n_jobs what it was whatever the items cost?
bool is_fact(const policy::decision& made) noexcept {
  switch (made.reason) {
    case reason_code::one_job_requested:
    case reason_code::jobs_requested:
    case reason_code::one_cpu_allowed:
    case reason_code::library_limit:
    case reason_code::workers_busy:
    case reason_code::no_threads:
    case reason_code::backend_failed:
    case reason_code::forked_child:
    case reason_code::too_many_maps:
    case reason_code::callable_not_shareable:
    case reason_code::output_not_shareable:
      return true;
    default:
      return false;
  }
}

policy::nanoseconds work_of(const map_outcome& outcome) noexcept {
  policy::nanoseconds busy{0};
  for (const policy::nanoseconds each : outcome.worker_busy) {
    busy += each;
  }
  return busy;
}

policy::nanoseconds mean_cost(const map_outcome& outcome) noexcept {
  return work_of(outcome) / static_cast<double>(std::max<std::size_t>(1, outcome.items_given));
}

/// The predictions for 1, n - 1, n, n + 1, 2 n workers and as many as are to be had.
std::vector<report::alternative> other_counts(const policy::decision& made) {
  std::vector<report::alternative> others;
  const policy::remaining_work work{made.items_left, made.estimated_cost};
  const policy::nanoseconds alone = policy::serial_time(work);
  if (made.items_left < 2 || !(alone.count() > 0.0)) {
    return others;
  }
  const std::size_t n = std::max<std::size_t>(1, made.n_jobs);
  // A decision to share holds what calling all of its helpers costs.
  const double called = n > 1 ? static_cast<double>(policy::called_directly(n - 1)) : 1.0;
  const policy::overheads costs{made.wake_cost / called, made.start_delay, made.claim_cost};
  std::vector<std::size_t> counts{1, n, n + 1, 2 * n, std::max<std::size_t>(n, made.limit_jobs)};
  if (n > 2) {
    counts.push_back(n - 1);
  }
  std::sort(counts.begin(), counts.end());
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  for (const std::size_t workers : counts) {
    if (workers <= made.items_left) {
      const policy::nanoseconds time = policy::predicted_makespan(work, workers, costs);
      others.push_back({workers, time.count(), time.count() > 0.0 ? alone / time : 1.0});
    }
  }
  return others;
}

/// The decision, had it known the costs that were measured until the end.
policy::decision in_hindsight(policy::decision made, const map_outcome& outcome) noexcept {
  made.items_left = outcome.items_given;
  made.estimated_cost = mean_cost(outcome);
  made.wake_cost =
      outcome.typical.wake *
      static_cast<double>(policy::called_directly(std::max<std::size_t>(2, made.n_jobs) - 1));
  made.start_delay = outcome.typical.start;
  made.claim_cost = outcome.claim;
  return made;
}

/// The first decision to share was the one that risked something; else the one in force longest.
const policy::decision_history::entry& to_audit(
    const policy::decision_history& history,
    const policy::decision_history::entry& longest) noexcept {
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history.at(i).what.n_jobs > 1) {
      return history.at(i);
    }
  }
  return longest;
}

void add_audit(report& made,
               const policy::decision_history::entry& of,
               const map_outcome& outcome) {
  const policy::decision_audit audited = policy::audit(
      of.what,
      of.when,
      {.elapsed = outcome.elapsed, .cost = mean_cost(outcome), .start = outcome.start});
  made.estimated_elapsed = whole(audited.estimated_elapsed);
  made.audit = insight::audit_text(audited);
}

std::string outcome_name(policy::event_kind ended) {
  switch (ended) {
    case policy::event_kind::map_failed:
      return "failed";
    case policy::event_kind::map_cancelled:
      return "cancelled";
    default:
      return "done";
  }
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

std::vector<report::alternative> alternatives_to(const policy::decision& made) {
  return rests_on_costs(made) ? other_counts(made) : std::vector<report::alternative>{};
}

report make_report(const policy::decision_history& history, map_outcome outcome) {
  report made;
  made.items = outcome.items_given;
  made.elapsed = whole(outcome.elapsed);
  made.workers = outcome.workers;
  for (const policy::nanoseconds busy : outcome.worker_busy) {
    made.worker_busy.push_back(whole(busy));
  }
  if (history.size() > 0) {
    const policy::decision_history::entry& longest = in_force_longest(history, outcome.elapsed);
    const policy::decision& main = longest.what;
    made.n_jobs = main.n_jobs;
    made.chunksize = main.chunksize;
    made.reason = insight::reason_text(main);
    made.estimated_speedup = predicted_speedup(main);
    made.limit_jobs = main.limit_jobs;
    made.alternatives = alternatives_to(main);
    if (is_fact(main) && outcome.ended == policy::event_kind::map_done) {
      made.alternatives = other_counts(in_hindsight(main, outcome));
      for (const report::alternative& each : made.alternatives) {
        made.estimated_speedup =
            each.n_jobs == main.n_jobs ? each.estimated_speedup : made.estimated_speedup;
      }
    }
    if (outcome.predicted && outcome.ended == policy::event_kind::map_done &&
        is_prediction(to_audit(history, longest).what)) {
      add_audit(made, to_audit(history, longest), outcome);
    }
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
  made.outcome = outcome_name(outcome.ended);
  made.map_id = outcome.map_id;
  made.deciding = whole(outcome.deciding);
  made.warnings = std::move(outcome.warnings);
  if (history.went_beyond_cpus()) {
    made.warnings.emplace_back(
        "more workers than CPUs ran, since the items wait: max_jobs bounds them");
  }
  return made;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
