// Streams: the shared part. The calling thread hands out what is finished, pulls while the window
// has room, works when it has not, and waits only for a batch that another worker has in hand.
#include "runtime/executor/worker_loop.hpp"
#include "runtime/process.hpp"
#include "runtime/stream_run_state.hpp"

#include <amorsize/errors.hpp>

#include <algorithm>
#include <cxxabi.h>
#include <new>
#include <stdexcept>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using policy::nanoseconds;
using policy::reason_code;

/// The calling thread spins so long for a batch in another worker's hands before it sleeps.
inline constexpr nanoseconds longest_wait_spin{50e3};
/// After calling helpers, the calling thread does other things for so many times as long as it
/// took.
inline constexpr double pause_between_calls = 4.0;

}  // namespace

namespace detail {

stream_batch* stream_run::state::next(void* source) {
  const executor::crew::presence presence(*crew);
  if (handed_out) {
    caller_own += time.now() - last;  // the consumer had its results
  }
  take_back_handed_out();
  for (;;) {
    if (crew->forked_in_a_map()) {
      throw std::runtime_error("amorsize: the process was forked in the middle of this stream");
    }
    if (is_stopped() && (in_flight() > 0 || !is_at_end(source))) {
      cancel();
    }
    if (stream_batch* const finished = find_finished()) {
      last = time.now();
      return finished;
    }
    if (may_pull()) {
      pull(source);
    } else if (const std::optional<std::uint64_t> number = lane->claim()) {
      run_one(*number);
    } else if (in_flight() > 0) {
      wait_for_oldest();
    } else {
      break;
    }
    beat(time.now());
  }
  if (source_error) {
    ended = policy::event_kind::map_failed;
    close();
    is_over = true;
    deliver_once();
    std::rethrow_exception(std::exchange(source_error, nullptr));
  }
  close();
  return nullptr;
}

void stream_run::state::cancel() {
  ended = policy::event_kind::map_cancelled;
  close();
  is_over = true;
  deliver_once();
  throw cancelled(delivered);
}

/// All results of the batch handed out last have been delivered.
void stream_run::state::take_back_handed_out() {
  if (!handed_out) {
    return;
  }
  executor::batch_slot& one = lane->slot(*handed_out);
  delivered += one.batch->done;
  if (!one.error) {
    one.is_taken_back = true;
    put_back(std::exchange(one.batch, nullptr), one.reserved_bytes, one.result_bytes);
    while (head < lane->published() && lane->slot(head).is_taken_back) {
      ++head;
    }
  }
  const std::uint64_t number = *std::exchange(handed_out, std::nullopt);
  if (one.error) {
    body.clear(*one.batch);
    throw_failure(number);
  }
}

void stream_run::state::throw_failure(std::uint64_t number) {
  std::exception_ptr error = std::move(lane->slot(number).error);
  ended = policy::event_kind::map_failed;
  close();
  is_over = true;
  deliver_once();
  std::rethrow_exception(std::move(error));
}

stream_batch* stream_run::state::find_finished() {
  const std::uint64_t failed = lane->failed();
  const std::uint64_t end =
      by_completion ? lane->published() : std::min(head + 1, lane->published());
  for (std::uint64_t number = head; number < end; ++number) {
    executor::batch_slot& one = lane->slot(number);
    if (one.is_taken_back || !lane->is_done(number) || number > failed ||
        (one.error && number != head)) {
      continue;  // what failed is told when everything before it has been handed out
    }
    // Of this batch more is known now than when it was pulled.
    stream_batch& batch = *one.batch;
    controller.observe_batch(batch.done, one.busy, one.result_bytes);
    given += one.given;
    one.given = 0;
    if (batch.done > 0) {
      is_measured = true;
      const std::size_t seen = body.slot_bytes + (batch.heap_bytes + one.result_bytes) / batch.done;
      item_bytes = seen > item_bytes ? seen : std::max(seen, item_bytes - item_bytes / 8);
    }
    handed_out = number;
    if (batch.done > 0) {
      return &batch;
    }
    take_back_handed_out();
    return find_finished();
  }
  return nullptr;
}

/// A stop after the last item is ignored, so this has to be known.
bool stream_run::state::is_at_end(void* source) {
  if (!has_ended && !source_error) {
    stream_batch* const batch = room_for(1);
    if (batch != nullptr) {
      spare.push_back(batch);
      has_ended = !body.fill(source, *batch, 1);
      body.clear(*batch);
    }
  }
  return has_ended;
}

void stream_run::state::pull(void* source) {
  const nanoseconds before = time.now();
  const std::size_t wanted = controller.batch_items(item_bytes, bytes_limit);
  controller.note_batch_items(wanted);
  const std::size_t batches = spare.size() + kept.size() + in_flight() + 2;
  spare.reserve(batches);  // so that taking back never has to allocate
  kept.reserve(batches);
  stream_batch* const batch = room_for(wanted);
  if (batch == nullptr) {
    out_of_memory = true;
    controller.refuse(reason_code::no_memory);
    note_decision(before);
    return;
  }
  try {
    has_ended = !body.fill(source, *batch, std::min(wanted, batch->capacity));
  } catch (abi::__forced_unwind&) {
    spare.push_back(batch);
    throw;
  } catch (...) {
    source_error = std::current_exception();
  }
  if (batch->items == 0) {
    body.clear(*batch);
    spare.push_back(batch);
    return;
  }
  const nanoseconds after = time.now();
  controller.observe_filling(batch->items, after - before);
  caller_own += after - before;
  const std::size_t reserved =
      std::max(batch->items, batch->stale) *
      std::max(item_bytes, body.slot_bytes + batch->heap_bytes / batch->items);
  bytes += reserved;
  lane->publish(*batch, reserved);
  call_helpers(after);
}

/// Helpers leave when they find nothing to do for a while. Calling them takes at most a fifth of
/// the calling thread's time: were it all, they would find still less to do.
void stream_run::state::call_helpers(nanoseconds now) noexcept {
  const std::size_t wanted = controller.next().n_jobs - 1;
  if (now >= call_again_at && map->door.inside() + map->door.wanted() < wanted) {
    // Those who were here before are asked first: with n_jobs set, each call made a new thread.
    map->next_ticket.store(0, std::memory_order_relaxed);
    crew->set_workers(*map, wanted + 1);
    const nanoseconds after = time.now();
    call_again_at = after + (after - now) * pause_between_calls;
  }
}

void stream_run::state::run_one(std::uint64_t number) {
  lane->run(*map, 0, number, watch);
}

void stream_run::state::wait_for_oldest() noexcept {
  const nanoseconds before = record != nullptr ? time.now() : nanoseconds{0};
  if (!has_ended && in_flight() >= controller.window()) {
    const nanoseconds usual = controller.laggard_after();
    if (usual > nanoseconds{0} && lane->spin_for(head, by_completion, time, usual)) {
      if (record != nullptr) [[unlikely]] {
        note(policy::event_kind::wait, before, time.now(), 0, 0);
      }
      return;
    }
    controller.note_laggard();
    if (in_flight() < std::min(controller.window(), lane->window()) && may_pull()) {
      return;
    }
  }
  if (!lane->spin_for(head, by_completion, time, longest_wait_spin)) {
    by_completion ? lane->wait_for_any(head) : lane->wait_for(head);
  }
  if (record != nullptr) [[unlikely]] {
    note(policy::event_kind::wait, before, time.now(), 0, 0);
  }
}

void stream_run::state::beat(nanoseconds now) {
  last = now;
  show_if_due(now);
  // While the oldest batch keeps all others waiting the beat goes on: what is handed out behind it
  // at once is no rate.
  if (!controller.is_shared() || delivered == beat_delivered ||
      now - beat_began < controller.beat_length()) {
    return;
  }
  const std::size_t jobs = controller.next().n_jobs;
  const bool changed =
      controller.observe({.items = delivered - beat_delivered,
                          .wall = now - beat_began,
                          .caller_own = caller_own,
                          .finished = now - began,
                          .helped = map->arrivals.load(std::memory_order_relaxed) > 0,
                          .present = map->door.inside() + 1,
                          .usage = executor::take_usage(*map)});
  beat_began = now;
  beat_delivered = delivered;
  caller_own = nanoseconds{0};
  if (changed) {
    note_decision(now);
    map->exempt.store(with.n_jobs > 1 || controller.next().is_beyond_cpus(),
                      std::memory_order_relaxed);
    if (controller.next().n_jobs != jobs && controller.is_shared()) {
      crew->set_workers(*map, controller.next().n_jobs);
    }
  }
}

void stream_run::state::close() noexcept {
  if (map == nullptr) {
    return;
  }
  map->errors.lower_limit(0);  // running items end; helpers without one do not wait for another
  crew->shut(*map);
  map->door.wait_until_empty();
  crew->note_end();
  for (; head < lane->published(); ++head) {
    executor::batch_slot& one = lane->slot(head);
    given += std::exchange(one.given, 0);
    one.error = nullptr;
    if (one.batch != nullptr) {
      if (handed_out == head) {
        delivered += one.batch->delivered;
      }
      body.clear(*one.batch);
      spare.push_back(std::exchange(one.batch, nullptr));
    }
  }
  handed_out.reset();
  clear_kept();
  bytes = 0;
  keep_account_of_workers();
  if (!std::exchange(awaits_helpers, false)) {
    shared_wall += policy::sane(time.now() - shared_from);
    shared_items += delivered - delivered_at_opening;
  }
  map->errors.reset();
  map->lane = nullptr;
  crew->return_place(*std::exchange(map, nullptr));
  lane.reset();
  head = 0;
  used = time.usage();
  last = used_at = time.now();
  measures_block = true;
}

void stream_run::state::keep_account_of_workers() noexcept {
  double helped = 0.0;
  const std::size_t width = map->width();
  for (std::size_t seat = 0; seat < width; ++seat) {
    const executor::worker_seat& one = map->seats[seat];
    const double busy = one.busy.load(std::memory_order_relaxed);
    helped += seat > 0 ? busy : 0.0;
    try {
      if (with.reported() && (seat == 0 || one.items.load(std::memory_order_relaxed) > 0)) {
        workers_busy.resize(std::max(workers_busy.size(), seat + 1));
        workers_busy[seat] += nanoseconds{busy};
      }
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): a report without all busy
                                       // times is better than none
    }
  }
  executor::nested_work() += helped;
  const double started = map->first_start.load(std::memory_order_relaxed);
  if (first_start == nanoseconds{0} && started > 0.0) {
    first_start = policy::sane(nanoseconds{started} - called);
  }
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
