// Streams: progress on the way, decision log and report at the end.
#include "runtime/insight/decision_log.hpp"
#include "runtime/insight/event_log.hpp"
#include "runtime/insight/timeline.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/process.hpp"
#include "runtime/progress_pace.hpp"
#include "runtime/report_delivery.hpp"
#include "runtime/stream_run_state.hpp"

#include <amorsize/progress.hpp>

#include <algorithm>
#include <new>
#include <string_view>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

using policy::nanoseconds;
using policy::reason_code;

namespace detail {

void stream_run::state::show(nanoseconds now) {
  shown = now;
  const std::size_t out = handed_out && lane ? lane->slot(*handed_out).batch->delivered : 0;
  with.how->on_progress({.items_done = delivered + out,
                         .items_total = 0,
                         .elapsed = std::chrono::nanoseconds{static_cast<std::int64_t>(
                             policy::sane(now - began).count())},
                         .n_jobs = controller.next().n_jobs,
                         .chunksize = std::max<std::size_t>(1, controller.next().chunksize)});
}

void stream_run::state::show_if_due(nanoseconds now) {
  if (shows && now - shown >= progress_interval) {
    show(now);
  }
}

void stream_run::state::warn(const char* sentence) {
  if (with.reported()) {
    warnings.emplace_back(sentence);
  }
}

void stream_run::state::note_decision(nanoseconds now) noexcept {
  const policy::decision& made = controller.next();
  if (history.size() > 0 && history.newest().what.reason == made.reason &&
      history.newest().what.n_jobs == made.n_jobs) {
    return;
  }
  if (history.size() == 0 && made.n_jobs > 1 && inline_items > 0) {
    // It began inline.
    policy::decision first;
    first.chunksize = 1;
    first.reason = reason_code::stream_too_short;
    history.record(nanoseconds{0}, first);
  }
  history.record(policy::sane(now - began), made);
}

void stream_run::state::deliver_once() noexcept {
  if (is_delivered || (!with.recorded() && !was_shared)) {
    return;
  }
  is_delivered = true;
  if (history.size() == 0) {
    policy::decision only = controller.next();
    only.chunksize = given;  // one chunk
    if (only.reason == reason_code::none) {
      only.reason = given == 0 ? reason_code::empty_input : reason_code::stream_too_short;
    }
    history.record(nanoseconds{0}, only);
  }
  log_events();
  if (!with.reported()) {
    return;
  }
  try {
    if (with.n_jobs > 1 && !was_shared) {
      warn("n_jobs was set to more than one worker, but this stream was not shared");
    }
    report filled = make_report(history, outcome());
    insight::add_timeline(
        filled, insight::events_of_map(static_cast<std::uint32_t>(map_id), began), began);
    deliver(std::move(filled), with);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the stream's own results or
                                     // exception matter more than its report
  }
}

void stream_run::state::note(policy::event_kind kind,
                             nanoseconds from,
                             nanoseconds until,
                             std::size_t first,
                             std::size_t items) const noexcept {
  if (record != nullptr) [[unlikely]] {
    record({.began = from,
            .duration_ns = static_cast<float>(policy::sane(until - from).count()),
            .items = policy::saturated_items(items),
            .first_item = first,
            .map_id = static_cast<std::uint32_t>(map_id),
            .kind = kind});
  }
}

void stream_run::state::log_events() noexcept {
  if (map_id == 0) {
    map_id = insight::next_map_id();
  }
  const std::string_view label = with.how != nullptr ? with.how->label : std::string_view{};
  for (std::size_t i = 0; i < history.size(); ++i) {
    insight::record(map_id, began + history.at(i).when, history.at(i).what, label);
  }
  note(ended, began, time.now(), 0, given);
}

map_outcome stream_run::state::outcome() {
  map_outcome seen;
  seen.items_given = given;
  seen.items_shared = shared_items;
  seen.elapsed = policy::sane(time.now() - began);
  seen.elapsed_shared = shared_wall;
  seen.worker_busy = std::move(workers_busy);
  if (given > 0) {
    if (seen.worker_busy.empty()) {
      seen.worker_busy.emplace_back(0.0);
    }
    seen.worker_busy.front() += inline_busy;
    seen.workers = static_cast<std::size_t>(
        std::count_if(seen.worker_busy.begin() + 1, seen.worker_busy.end(), [](nanoseconds busy) {
          return busy > nanoseconds{0};
        }));
    seen.workers += inline_items > 0 || seen.worker_busy.front() > nanoseconds{0} ? 1 : 0;
  }
  seen.cost_alone = controller.cost_alone();
  seen.cost = controller.cost() > nanoseconds{0} ? controller.cost() : controller.cost_alone();
  seen.wake = wake;
  seen.start = first_start;
  seen.claim = overheads_of_process().claim();
  seen.backend = was_shared ? crew_of_process().backend_name() : "none";
  seen.warnings = std::move(warnings);
  seen.ended = ended;
  seen.map_id = map_id;
  return seen;
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
