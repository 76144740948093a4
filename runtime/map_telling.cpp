// What a map_run tells: progress on the way, the decision log and the report at the end.
#include "runtime/executor/worker_loop.hpp"
#include "runtime/insight/decision_log.hpp"
#include "runtime/insight/event_log.hpp"
#include "runtime/insight/number_text.hpp"
#include "runtime/insight/timeline.hpp"
#include "runtime/insight/waiting_text.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/map_run.hpp"
#include "runtime/policy/makespan.hpp"
#include "runtime/process.hpp"
#include "runtime/progress_pace.hpp"
#include "runtime/report_delivery.hpp"

#include <new>
#include <string>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

using policy::decision;
using policy::nanoseconds;

namespace {

/// How often the calling thread may sleep for its helpers, at the end and when it is woken in vain.
inline constexpr std::size_t waits_of_the_map = 4;

}  // namespace

void map_run::tick(nanoseconds now) {
  if (now - last_progress_ >= progress_interval) {
    last_progress_ = now;
    call_progress(now);
  }
}

void map_run::call_progress(nanoseconds now) {
  progress state;
  state.items_done = map_ != nullptr ? executor::items_done(*map_) : done_ + items_shared_;
  state.items_total = request_.items;
  const nanoseconds elapsed = policy::sane(now - began_);
  state.elapsed = std::chrono::nanoseconds{static_cast<std::int64_t>(elapsed.count())};
  if (!eta_) {
    eta_.emplace();
  }
  state.eta = std::chrono::nanoseconds{static_cast<std::int64_t>(
      eta_->observe(state.items_done, state.items_total, elapsed).count())};
  state.n_jobs = map_ != nullptr ? map_->allowed.load(std::memory_order_relaxed) : 1;
  state.chunksize = chunksize_told_ > 0 ? chunksize_told_ : request_.items;
  with_.how->on_progress(state);
}

void map_run::warn(const char* sentence) {
  if (with_.reported()) {
    warnings_.emplace_back(sentence);
  }
}

void map_run::note(policy::event_kind kind,
                   nanoseconds began,
                   nanoseconds ended,
                   std::size_t first,
                   std::size_t items) const noexcept {
  record_({.began = began,
           .duration_ns = static_cast<float>(policy::sane(ended - began).count()),
           .items = policy::saturated_items(items),
           .first_item = first,
           .map_id = static_cast<std::uint32_t>(map_id_),
           .worker = 0,
           .kind = kind});
}

void map_run::log_decisions() noexcept {
  if (map_id_ == 0) {
    map_id_ = insight::next_map_id();
  }
  const std::string_view label = with_.how != nullptr ? with_.how->label : std::string_view{};
  for (std::size_t i = 0; i < history_.size(); ++i) {
    insight::record(map_id_, began_ + history_.at(i).when, history_.at(i).what, label);
  }
  if (record_ != nullptr) {
    note(ended_, began_, time_.now(), 0, done_ + items_shared_ + given_beyond_);
  }
}

void map_run::tell_end() noexcept {
  const bool predicted = history_.size() > 0;
  if (!predicted) {
    // Nobody was ever asked for: what is told is about the whole map.
    decision made = controller_.next();
    const policy::overheads costs = overheads_of_process().get(policy::crew_state::asleep, last_);
    made.items_left = request_.items;
    made.estimated_serial = policy::serial_time({request_.items, made.estimated_cost});
    made.wake_cost = costs.wake;
    made.start_delay = costs.start;
    made.chunksize = request_.items;
    if (made.estimated_serial > costs.wake + costs.start && request_.items <= 2) {
      made.reason = reason_code::single_item;  // the first one was the dry run
      made.items_left = 1;
    }
    history_.record(nanoseconds{0}, made);
  }
  log_decisions();
  if (!with_.reported()) {
    return;
  }
  try {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (history_.at(i).what.reason == policy::reason_code::memory_bound) {
        warn("what the items take would not fit into the memory if more workers ran them at once");
        break;
      }
    }
    if (throttled_.times > 0 && with_.reported()) {
      warnings_.push_back("the CPU quota was used up " + insight::count_text(throttled_.times) +
                          (throttled_.times == 1 ? " time" : " times") +
                          " while this map ran: its threads waited " +
                          insight::duration_text(nanoseconds{throttled_.lasted_ns}) +
                          " for it, all together");
    }
    map_outcome seen = outcome();
    seen.predicted = predicted;
    report filled = make_report(history_, std::move(seen));
    insight::add_timeline(
        filled, insight::events_of_map(static_cast<std::uint32_t>(map_id_), began_), began_);
    deliver(std::move(filled), with_);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the map's own result or
                                     // exception matters more than its report
  }
}

void map_run::look_at_thread(nanoseconds work) noexcept {
  if (!thread_before_ && with_.reported() && work >= insight::waiting_told_from) {
    thread_before_.emplace(thread_look{time_.usage(), busy_alone_});
  }
}

void map_run::add_waiting_warning(const map_outcome& seen) {
  if (!thread_before_ || seen.worker_busy.empty() || history_.went_beyond_cpus()) {
    return;  // beyond them: it has been tried, and another sentence says so
  }
  const nanoseconds busy = policy::sane(seen.worker_busy.front() - thread_before_->busy);
  if (busy < insight::waiting_told_from) {
    return;
  }
  const thread_usage used = time_.usage() - thread_before_->used;
  const bool were_no_use = history_.newest().what.reason == policy::reason_code::no_speedup;
  std::string sentence = insight::waiting_text(
      {.busy = busy,
       .cpu = used.cpu,
       .waits = policy::saturating_subtract(used.waits, waits_of_the_map),
       .preempted = used.preempted},
      were_no_use ? insight::more_workers::were_no_use : insight::more_workers::may_help);
  if (!sentence.empty()) {
    warnings_.push_back(std::move(sentence));
  }
}

map_outcome map_run::outcome() {
  map_outcome seen;
  seen.items_given = done_ + items_shared_ + given_beyond_;
  seen.items_shared = items_shared_;
  seen.elapsed = policy::sane(time_.now() - began_);
  seen.elapsed_shared = was_shared_ ? policy::sane(last_ - shared_from_) : nanoseconds{0};
  seen.worker_busy = std::move(helpers_busy_);
  if (seen.items_given > 0) {
    if (seen.worker_busy.empty()) {
      seen.worker_busy.emplace_back(0.0);
    }
    seen.worker_busy.front() += busy_alone_;
  }
  const nanoseconds compared = controller_.compared_cost();
  seen.cost = controller_.measured_cost({items_shared_, busy_shared_});
  seen.cost_alone = compared > nanoseconds{0} ? compared : cost_before_;
  const bool ran_alone = done_ > 0 || (!was_shared_ && given_beyond_ > 0);
  seen.workers = workers_ + (ran_alone ? 1 : 0);
  seen.spread = controller_.spread();
  seen.wake = woken_.wake;
  seen.start = woken_.start;
  seen.claim = overheads_of_process().claim();
  if (!was_shared_ || with_.n_jobs > 1) {  // it rested on no estimate
    seen.typical = overheads_of_process().get(policy::crew_state::asleep, last_);
  }
  seen.backend = was_shared_ ? crew_of_process().backend_name() : "none";
  add_waiting_warning(seen);
  seen.warnings = std::move(warnings_);
  seen.ended = ended_;
  seen.map_id = map_id_;
  seen.deciding = deciding_ + woken_.wake;
  return seen;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
