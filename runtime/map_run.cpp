#include "runtime/executor/worker_loop.hpp"
#include "runtime/insight/decision_log.hpp"
#include "runtime/insight/event_log.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/map_run.hpp"
#include "runtime/policy/hot_series.hpp"
#include "runtime/process.hpp"
#include "runtime/recent_maps.hpp"
#include "runtime/serial_cause.hpp"
#include "runtime/site_memory.hpp"

#include <amorsize/errors.hpp>

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

using policy::decision;
using policy::nanoseconds;
using policy::reason_code;

namespace {

/// Of the maps that could be shared on memory alone, one in so many measures anew, by the last
/// digits of a reading: with 2 CPUs it took 24 us where the others took 13.
inline constexpr std::int64_t remeasured_one_in = 64;
/// Coarser than the steps of any counter that clocks are made of.
inline constexpr std::int64_t clock_step = 64;

bool is_remeasured(nanoseconds reading) noexcept {
  return static_cast<std::int64_t>(reading.count()) / clock_step % remeasured_one_in == 0;
}

}  // namespace

map_run::map_run(const detail::map_request& request,
                 const settings& with,
                 const clock& time) noexcept
    : request_(request),
      with_(with),
      time_(time),
      began_(time_.now()),
      last_(began_),
      controller_(request.items,
                  {.max_jobs = with.max_jobs,
                   .chunksize = with.chunksize,
                   .chunk_duration = with.target_chunk,
                   .prepared = nanoseconds{request.prepared_ns}},
                  remembered_cost(request.site)) {
  last_progress_ = began_;
  watched_ = with.how != nullptr && with.how->stop.stop_possible();
  reports_progress_ = with.how != nullptr && with.how->on_progress;
  if (with.recorded()) [[unlikely]] {
    record_ = &insight::record_event;
    map_id_ = insight::next_map_id();
  }
}

void map_run::run() {
  try {
    if (watched_ && with_.how->stop.stop_requested()) {
      decide_serial(reason_code::stopped_before);
      throw cancelled(0);
    }
    dispatch();
    if (reports_progress_) {
      call_progress(time_.now());
    }
  } catch (const cancelled&) {
    ended_ = policy::event_kind::map_cancelled;
    end_report();
    throw;
  } catch (...) {
    ended_ = policy::event_kind::map_failed;
    end_report();
    throw;
  }
  end_report();
}

void map_run::dispatch() {
  const reason_code cause = reason_of(request_.cause);
  if (request_.items == 0) {
    decide_serial(reason_code::empty_input);
  } else if (cause != reason_code::none) {
    run_alone(cause);
  } else if (with_.n_jobs == 1 || with_.max_jobs == 1) {
    run_alone(reason_code::one_job_requested);
  } else if (request_.items == 1) {
    run_alone(reason_code::single_item);
  } else if (with_.n_jobs > 1) {
    share_fixed();
  } else {
    run_adaptive();
  }
}

void map_run::decide_serial(reason_code why) {
  decision made = controller_.next();
  made.n_jobs = 1;
  made.chunksize = request_.items;
  made.reason = why;
  history_.record(nanoseconds{0}, made);
}

bool map_run::run_block() {
  const std::size_t first = done_;
  const bool timed = controller_.is_timed();
  detail::item_block block{
      first, first + controller_.next_block(), watched_ ? &alone_limit_ : nullptr, first};
  const double nested = executor::nested_work();
  try {
    request_.body.run(request_.body.context, block);
  } catch (...) {
    done_ = block.next;
    given_beyond_ = 1;
    if (record_ != nullptr) {
      note(policy::event_kind::alone, last_, time_.now(), first, done_ - first + 1);
    }
    throw;
  }
  done_ = block.next;
  if (timed) {
    const nanoseconds now = time_.now();
    busy_alone_ += now - last_;
    const nanoseconds busy = now - last_ + nanoseconds{executor::nested_work() - nested};
    policy::chunk_sample sample{done_ - first, busy, now - began_};
    controller_.observe(sample);
    if (busy >= policy::waiting_item && looks_for_waits_ &&
        busy >= policy::waiting_item * static_cast<double>(done_ - first)) [[unlikely]] {
      controller_.observe_usage(ask_for_usage(now));
    }
    if (record_ != nullptr) [[unlikely]] {
      note(policy::event_kind::alone, last_, now, first, done_ - first);
      look_at_thread(busy / static_cast<double>(done_ - first) *
                     static_cast<double>(request_.items));
      last_ = time_.now();  // a thread's first event allocates: that is not part of the next block
    } else {
      last_ = now;
    }
  } else {
    controller_.observe(policy::chunk_sample{done_ - first, nanoseconds{0}, last_ - began_});
    if (record_ != nullptr) [[unlikely]] {
      note(policy::event_kind::alone, last_, time_.now(), first, done_ - first);
    }
  }
  if (done_ < block.last) {
    throw cancelled(done_);
  }
  if (reports_progress_) {
    tick(last_);
  }
  return done_ < request_.items;
}

policy::usage_sample map_run::ask_for_usage(nanoseconds now) noexcept {
  policy::usage_sample seen;
  if (asked_ && now - asked_->when < policy::usage_interval) {
    return seen;
  }
  const usage_reading reading{time_.usage(), now, executor::nested_work(), done_};
  if (asked_ && asked_->usage.is_known && reading.usage.is_known) {
    const nanoseconds nested{reading.nested - asked_->nested};
    seen = {reading.items - asked_->items,
            policy::sane(now - asked_->when),
            policy::sane(reading.usage.cpu - asked_->usage.cpu + nested),
            static_cast<double>(reading.usage.waits - asked_->usage.waits)};
    if (seen.items > 0 && nested.count() == 0.0) {
      const double pages = static_cast<double>(reading.usage.new_pages - asked_->usage.new_pages);
      const double each = pages * policy::largest_page / static_cast<double>(seen.items);
      touched_ = touched_ == policy::not_told ? each : std::max(touched_, each);
    }
  }
  asked_ = reading;
  return seen;
}

void map_run::run_alone(reason_code why) {
  std::optional<alone_callback> on_stop;
  watch_alone(on_stop);
  decide_serial(why);
  if (with_.n_jobs > 1 && why != reason_code::single_item) {
    warn("n_jobs was set to more than one worker, but this map cannot be shared");
  }
  while (run_block()) {
  }
  remember_cost(request_.site, controller_.cost());
}

void map_run::run_adaptive() {
  const policy::calls_alone alone = remembered_calls_alone(request_.site);
  {
    std::optional<alone_callback> on_stop;
    watch_alone(on_stop);
    if (alone.left > 0) {
      controller_.begin_alone();
    } else if (remembered_cost(request_.site) * policy::number(request_.items) >
               policy::one_block_below) {
      if (const policy::crew_state state = crew_of_process().state(last_);
          state >= policy::crew_state::near) {
        crew_of_process().expect_map();
        controller_.expect_helpers_awake(!is_remeasured(last_));
      }
    }
    looks_for_waits_ = true;
    if (controller_.asks_for_usage()) [[unlikely]] {
      static_cast<void>(ask_for_usage(last_));
    }
    do {
      if (!controller_.worth_asking({})) {
        continue;
      }
      if (ask_for_helpers()) {
        break;
      }
      const nanoseconds asked = last_;
      last_ = time_.now();  // asking is not part of the next block
      deciding_ += policy::sane(last_ - asked);
    } while (run_block());
  }
  if (map_ != nullptr) {
    if (alone.given == policy::proven) {
      controller_.trust_helpers();
    }
    share_adaptive();
  }
  if (in_series_ || was_shared_) {
    recent_maps_of_process().note_end(last_);
  }
  if (was_shared_ || alone.left > 0) {
    remember_calls_alone(request_.site, policy::after_call(alone, controller_.verdict()));
  }
  if (!was_shared_) {
    remember_cost(request_.site, controller_.cost());
    return;
  }
  const std::optional<nanoseconds> cost =
      controller_.cost_to_remember({items_shared_, busy_shared_});
  if (!cost) {
    forget_cost(request_.site);
  } else if (done_ > 0 || !agrees_with_memory(*cost)) {
    remember_cost(request_.site, *cost);
  }
}

/// What workers take together includes how they hinder each other: it replaces what an item was
/// measured to cost alone only when the two have nothing to do with each other any more.
bool map_run::agrees_with_memory(nanoseconds cost) const noexcept {
  const nanoseconds remembered = remembered_cost(request_.site);
  return cost < remembered * policy::agreement && remembered < cost * policy::agreement;
}

bool map_run::ask_for_helpers() {
  executor::crew& crew = crew_of_process();
  const policy::crew_state state = crew.state(last_);
  const policy::overheads costs = overheads_of_process().get(state, last_);
  // After a pause the questions to the system take 14 us: none that cannot change anything.
  if (controller_.worth_asking(costs) && controller_.could_pay(costs, crew.budget())) {
    if (!presence_) {
      presence_.emplace(crew);
    }
    static_cast<void>(look_at_memory(last_, 0));
    controller_.consider(costs, capacity_now(controller_.time_left()));
    note_decision();
    if (controller_.next().n_jobs > 1) {
      return place_map(controller_.next());
    }
  }
  return ask_for_series(crew, state, costs);
}

bool map_run::ask_for_series(executor::crew& crew,
                             policy::crew_state state,
                             const policy::overheads& costs) {
  if (in_series_ || state == policy::crew_state::awake) {
    return false;
  }
  in_series_ = true;
  recent_maps& recent = recent_maps_of_process();
  const nanoseconds gap = policy::sane(began_ - recent.ended());
  if (state == policy::crew_state::absent) {
    const policy::overheads asleep = overheads_of_process().get(policy::crew_state::asleep, last_);
    const nanoseconds unstarted = recent.unstarted() + controller_.saving(asleep);
    recent.set_unstarted(unstarted);
    if (policy::start_pays(unstarted, costs)) {
      return share_for_series(crew, gap, asleep);
    }
  }
  const policy::overheads later = overheads_of_process().get(crew.state_after(gap), last_);
  const nanoseconds missed =
      policy::missed_by_series(recent.missed(), gap, crew.patience(gap), controller_.saving(later));
  if (!policy::series_pays(missed, costs.setup + costs.wake)) {
    recent.set_missed(missed);
    return false;
  }
  recent.set_missed(nanoseconds{0});
  return share_for_series(crew, gap, later);
}

bool map_run::share_for_series(executor::crew& crew,
                               nanoseconds gap,
                               const policy::overheads& later) {
  if (!presence_) {
    presence_.emplace(crew);
  }
  // One wake was missed often enough, not several.
  policy::capacity where = capacity_now(controller_.time_left());
  where.workers = std::min<std::size_t>(where.workers, 2);
  where.waiting_workers = 0;
  crew.expect_maps_every(gap + (last_ - began_) + controller_.time_left());
  controller_.consider_series(later, where);
  note_decision();
  return controller_.next().n_jobs > 1 && place_map(controller_.next());
}

void map_run::note_decision() noexcept {
  const decision& made = controller_.next();
  if (history_.size() == 0 || history_.newest().what.reason != made.reason ||
      history_.newest().what.n_jobs != made.n_jobs) {
    history_.record(last_ - began_, made);
  }
}

void map_run::watch_alone(std::optional<alone_callback>& callback) {
  if (watched_) {
    callback.emplace(with_.how->stop, stop_alone_action{&alone_limit_});
  }
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
