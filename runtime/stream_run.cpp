// Streams: what the templates call, the inline part, and the way to helpers and back.
#include "runtime/executor/worker_loop.hpp"
#include "runtime/insight/decision_log.hpp"
#include "runtime/insight/event_log.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/policy/chunk_size.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/process.hpp"
#include "runtime/stream_run_state.hpp"

#include <amorsize/errors.hpp>

#include <algorithm>
#include <limits>
#include <new>
#include <optional>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using policy::nanoseconds;
using policy::reason_code;

/// Without options, an engine is made when so much work has been done inline: far below what it
/// takes to be worth helpers, far above what making it costs.
inline constexpr nanoseconds engine_from{20e3};
/// Helpers that have not come by then have no CPU to come to.
inline constexpr nanoseconds longest_wait_for_helpers{10e6};

/// Of options::memory_limit, this part is the allocator's: each thread has a heap of its own, with
/// gaps in it.
inline constexpr std::uint64_t allocator_part = 4;

/// Workers beyond the CPUs, whose items wait, share the largest window of so many: half a megabyte.
inline constexpr std::size_t widest_lane_of_waiting = 32;

/// A helper waits at least so long for the next batch: about what calling it again costs, so that
/// the one or the other wastes at most twice what was needed.
inline constexpr nanoseconds least_patience_for_batches{50e3};

}  // namespace

namespace detail {

bool look_up(stream_pace& pace, std::size_t items) noexcept {
  const nanoseconds now = probe::real_clock().now();
  if (pace.looked_up_ns == 0.0) {
    pace.began_ns = pace.looked_up_ns = now.count();
    return false;
  }
  policy::inline_progress done{
      nanoseconds{pace.cost_ns}, nanoseconds{pace.believed_ns}, pace.block};
  done.observe(items, now - nanoseconds{pace.looked_up_ns});
  pace.cost_ns = done.cost.count();
  pace.believed_ns = done.believed.count();
  pace.block = done.block;
  pace.items += items;
  pace.looked_up_ns = now.count();
  return done.believed >= engine_from;
}

stream_run::stream_run(const options* how, const stream_body& body, const stream_pace* before)
    : state_(std::make_unique<state>(how, body, before, probe::real_clock())) {}

stream_run::~stream_run() {
  abandon(0);
}

std::size_t stream_run::look_up(std::size_t items, std::size_t result_bytes) {
  return state_->look_up(items, result_bytes);
}

stream_batch* stream_run::next(void* source) {
  return state_->next(source);
}

bool stream_run::watches() const noexcept {
  return state_->watched;
}

void stream_run::check_stop() {
  if (state_->is_stopped()) {
    state_->cancel();
  }
}

bool stream_run::has_ended() const noexcept {
  return state_->has_ended;
}

void stream_run::finish(std::size_t items) {
  state& self = *state_;
  self.close_block(items + std::exchange(self.since_clock, 0));
  self.has_ended = true;
  self.close();
  if (self.shows) {
    self.show(self.time.now());
  }
  self.is_over = true;
  self.deliver_once();
}

void stream_run::abandon(std::size_t items) noexcept {
  state& self = *state_;
  if (self.is_over) {
    return;
  }
  self.is_over = true;
  items += std::exchange(self.since_clock, 0);
  // The consumer of a view has lost interest, unless something was thrown.
  const bool is_thrown = std::uncaught_exceptions() > 0 || std::current_exception() != nullptr;
  self.ended = is_thrown ? policy::event_kind::map_failed : policy::event_kind::map_cancelled;
  if (items > 0) {
    self.note(policy::event_kind::alone, self.last, self.time.now(), self.given, items);
  }
  self.given += items;
  self.inline_items += items;
  self.close();
  self.deliver_once();
}

stream_run::state::state(const options* how,
                         const stream_body& of,
                         const stream_pace* before,
                         const clock& time_of)
    : time(time_of),
      body(of),
      with(resolve_settings(how)),
      controller({.n_jobs = with.n_jobs,
                  .max_jobs = with.max_jobs,
                  .batch_items = with.chunksize,
                  .batch_duration = with.target_chunk}) {
  began = last = shown = time.now();
  item_bytes = body.slot_bytes;
  is_measured = body.result_bytes == nullptr;
  if (before != nullptr) {
    began = nanoseconds{before->began_ns};
    last = nanoseconds{before->looked_up_ns};
    given = delivered = inline_items = before->items;
    inline_busy = last - began;
    if (nanoseconds{before->cost_ns} >= policy::waiting_item) {
      used = time.usage();
      used_at = last;
      measures_block = true;
    }
    controller.resume(
        {nanoseconds{before->cost_ns}, nanoseconds{before->believed_ns}, before->block});
  }
  if (with.how != nullptr) {
    watched = with.how->stop.stop_possible();
    shows = static_cast<bool>(with.how->on_progress);
    by_completion = with.how->results == order::completion;
    const std::uint64_t limit = with.how->memory_limit;
    bytes_limit = static_cast<std::size_t>(std::min<std::uint64_t>(
        limit - limit / allocator_part, std::numeric_limits<std::size_t>::max()));
  }
  if (with.recorded()) [[unlikely]] {
    record = &insight::record_event;
    map_id = insight::next_map_id();
    if (given > 0) {
      note(policy::event_kind::alone, began, last, 0, given);
    }
  }
  if (with.n_jobs == 1 || with.max_jobs == 1) {
    controller.refuse(reason_code::one_job_requested);
  }
  if (is_stopped()) {
    controller.refuse(reason_code::stopped_before);
    is_over = true;
    ended = policy::event_kind::map_cancelled;
    deliver_once();
    throw cancelled(0);
  }
}

stream_run::state::~state() {
  for (stream_batch* batch : spare) {
    body.destroy(batch);
  }
}

void stream_run::state::close_block(std::size_t items) noexcept {
  const nanoseconds now = time.now();
  if (items > 0) {
    note(policy::event_kind::alone, last, now, given, items);
  }
  given += items;
  delivered += items;
  inline_items += items;
  policy::preemption off = policy::preemption::possible;
  const bool may_wait = now - last >= policy::waiting_item * static_cast<double>(items);
  const bool asks = may_wait && (measures_block || now - used_at >= policy::usage_interval);
  if (asks || controller.is_outlier(items, now - last)) {
    const thread_usage seen = time.usage();
    if (const thread_usage since = seen - used; since.is_known) {
      if (since.preempted == 0) {
        off = policy::preemption::excluded;
      }
      if (asks && measures_block) {
        controller.observe_usage({items, now - last, since.cpu, static_cast<double>(since.waits)});
      }
    }
    used = seen;
    used_at = now;
    // Shorter items are asked about now and then: this was the beginning, or the end.
    measures_block = asks && (!measures_block || now - last >= policy::usage_interval);
  } else {
    measures_block = false;
  }
  controller.observe_inline(items, now - last, off);
  inline_busy += policy::sane(now - last);
  last = now;
}

std::size_t stream_run::state::look_up(std::size_t items, std::size_t bytes_of_result) {
  item_bytes = std::max(item_bytes, body.slot_bytes + bytes_of_result);
  is_measured = is_measured || bytes_of_result > 0;
  if (watched || shows) {
    // Each item is looked at, the clock as rarely as otherwise.
    since_clock += items;
    if (is_stopped()) {
      close_block(std::exchange(since_clock, 0));
      cancel();
    }
    if (since_clock < until_clock) {
      return 1;
    }
    items = std::exchange(since_clock, 0);
  }
  if (items > 0 || inline_items > 0) {
    close_block(items);
  } else {
    used = time.usage();
    last = used_at = time.now();
    measures_block = true;
  }
  show_if_due(last);
  if (awaits_helpers) {
    return await_helpers();
  }
  const bool fixed = with.n_jobs > 1 && !was_shared && !controller.is_refused();
  if (fixed ||
      controller.worth_trying(overheads_of_process().get(crew_of_process().state(last), last))) {
    if (open()) {
      if (fixed || !controller.waits_inline()) {
        begin_sharing();
        return 0;
      }
      awaits_helpers = true;
    }
  }
  until_clock = controller.inline_items();
  return watched || shows ? 1 : until_clock;
}

/// Helpers were called; the calling thread goes on alone meanwhile. A new thread may take
/// milliseconds, and cheap items that are handed over to nobody take longer than the plain loop.
std::size_t stream_run::state::await_helpers() {
  if (map->arrivals.load(std::memory_order_relaxed) > 0) {
    begin_sharing();
    return 0;
  }
  if (last - called > longest_wait_for_helpers) {
    close();
    controller.give_up(last - began);
    note_decision(last);
  }
  until_clock = controller.inline_items();
  return watched || shows ? 1 : until_clock;
}

void stream_run::state::begin_sharing() {
  awaits_helpers = false;
  was_shared = true;
  shared_from = beat_began = last = time.now();
  beat_delivered = delivered_at_opening = delivered;
  caller_own = nanoseconds{0};
}

bool stream_run::state::open() {
  crew = &crew_of_process();
  const policy::crew_state helpers = crew->state(last);
  const policy::overheads costs = overheads_of_process().get(helpers, last);
  const executor::crew::presence presence(*crew);
  std::size_t room = 0;
  if (with.n_jobs > 1) {
    crew->raise_budget(usable_cpus(nanoseconds{0}));
    const executor::crew::spare_helpers supply = crew->available();
    if (supply.limited_by == reason_code::forked_child ||
        supply.limited_by == reason_code::backend_failed) {
      controller.refuse(supply.limited_by);
      return false;
    }
    room = std::min(with.n_jobs, executor::most_helpers + 1);
    controller.start_fixed(room);
  } else {
    policy::capacity where = capacity_now(last - began);
    if (where.cores > 0) {
      where.workers = std::min(where.workers, where.cores);
    }
    if (!controller.start(costs, where, last - began)) {
      note_decision(last);
      return false;
    }
    room = controller.room();
  }
  controller.note_batch_items(controller.batch_items(item_bytes, bytes_limit));
  try {
    const std::size_t widest = std::max(controller.next().limit_jobs, widest_lane_of_waiting);
    const std::size_t slots = std::min(room, widest) * policy::most_window;
    if (!lane || lane->window() < slots) {
      lane = std::make_unique<executor::stream_lane>(body, slots);
      head = 0;
    }
    map = crew->take_place(controller.next().n_jobs, room);
  } catch (const std::bad_alloc&) {
    map = nullptr;
  }
  if (map == nullptr) {
    controller.refuse(reason_code::too_many_maps);
    note_decision(last);
    return false;
  }
  map->layout = {};
  map->layout.watch_every_item = watched;
  map->time = &time;
  map->began = began;
  map->arithmetic = executor::floating_point_environment::current();
  map->lane = lane.get();
  map->record = record;
  map->map_id = static_cast<std::uint32_t>(map_id);
  lane->count_items_from(delivered);
  map->exempt.store(with.n_jobs > 1 || controller.next().is_beyond_cpus(),
                    std::memory_order_relaxed);
  watch = {};
  lane->set_patience(std::max(crew->patience_of_helpers(), least_patience_for_batches));
  lane->set_cost(controller.cost());
  const nanoseconds before = time.now();
  const executor::crew::calls calls = crew->open(*map, controller.next().n_jobs - 1);
  last = time.now();
  wake += last - before;
  note(policy::event_kind::wake, before, last, 0, controller.next().n_jobs - 1);
  called = before;
  if (calls.started > 0) {
    overheads_of_process().observe(
        helpers, (last - before) / static_cast<double>(calls.started), nanoseconds{0}, last);
  }
  if (calls.asked + 1 < controller.next().n_jobs && with.n_jobs > 1) {
    warn("fewer workers than n_jobs asks for: the system gave no more threads");
  }
  note_decision(last);
  return true;
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
