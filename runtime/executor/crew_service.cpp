// How helpers are called, and what a thread does that has come: join maps, linger, fall asleep.
#include "runtime/cancellation_shield.hpp"
#include "runtime/executor/crew.hpp"
#include "runtime/executor/thread_standing.hpp"
#include "runtime/executor/worker_loop.hpp"
#include "runtime/policy/wake_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {
namespace {

using policy::nanoseconds;

/// After the system refused a thread, no other is asked for during this time.
inline constexpr nanoseconds thread_retry{1e9};

}  // namespace

bool crew::start(ticket_index index) noexcept {
  const cancellation_shield shield;
  const std::size_t main_limit = main_->ticket_limit(budget_.load(std::memory_order_relaxed));
  const bool on_main = index < main_limit && !main_failed_.load(std::memory_order_relaxed);
  enlist& chosen = on_main ? *main_ : *beyond_;
  tickets_[index].on = &chosen;
  chosen.before_call(index);
  if (chosen.start(index, &crew::serve_one, this)) {
    started_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  if (chosen.has_failed()) {
    main_failed_.store(true, std::memory_order_relaxed);
  } else {
    no_threads_until_.store((time_.now() + thread_retry).count(), std::memory_order_relaxed);
  }
  return false;
}

std::size_t crew::call_tickets(shared_map& map, std::size_t wanted) noexcept {
  const std::size_t cpus = budget_.load(std::memory_order_relaxed);
  const std::size_t tickets = map.exempt.load(std::memory_order_relaxed)
                                  ? most_helpers
                                  : std::min(policy::saturating_subtract(cpus, 1), most_helpers);
  if (tickets == 0 || wanted == 0) {
    return 0;
  }
  // Many call at the same time: each looks where the others do not.
  std::size_t at =
      map.next_ticket.fetch_add(static_cast<std::uint32_t>(wanted), std::memory_order_relaxed) %
      tickets;
  std::size_t called = 0;
  for (std::size_t looked = 0; looked < tickets && called < wanted; ++looked) {
    const std::size_t index = at;
    at = at + 1 < tickets ? at + 1 : 0;
    ticket_state seen = tickets_[index].state.load(std::memory_order_seq_cst);
    if (seen != ticket_state::idle || !tickets_[index].state.compare_exchange_strong(
                                          seen, ticket_state::called, std::memory_order_seq_cst)) {
      continue;
    }
    coming_.fetch_add(1, std::memory_order_relaxed);
    if (!start(index)) {
      coming_.fetch_sub(1, std::memory_order_relaxed);
      tickets_[index].state.store(ticket_state::idle, std::memory_order_release);
      break;
    }
    ++called;
  }
  return called;
}

crew::calls crew::call(shared_map& map, std::size_t helpers, coming count_coming) noexcept {
  // Those who linger see the open gate by themselves.
  const std::size_t lingering = lingering_.load(std::memory_order_seq_cst);
  const std::size_t on_their_way = coming_.load(std::memory_order_relaxed);
  std::size_t missing = policy::saturating_subtract(helpers, lingering);
  if (count_coming == coming::is_enough) {
    missing = policy::saturating_subtract(missing, on_their_way);
  }
  // More than the back end for the CPUs has: the first few may be threads of oneTBB's that the host
  // keeps busy, and then nobody would call the plain threads behind them.
  const bool beyond_cpus = missing >= budget_.load(std::memory_order_relaxed);
  const std::size_t directly = beyond_cpus ? missing : policy::called_directly(missing);
  map.to_call.store(static_cast<std::int32_t>(missing - directly), std::memory_order_relaxed);
  const std::size_t started = call_tickets(map, directly);
  if (started < directly) {
    // Nobody who could call the others may come.
    map.to_call.store(0, std::memory_order_relaxed);
    missing -= started;
    return {helpers - policy::saturating_subtract(missing, on_their_way), started, lingering > 0};
  }
  return {helpers, started, lingering > 0};
}

void crew::call_onwards(shared_map& map) noexcept {
  if (map.to_call.load(std::memory_order_relaxed) <= 0) {
    return;
  }
  const std::int32_t left = map.to_call.fetch_sub(policy::wake_fanout, std::memory_order_relaxed);
  if (left <= 0 || !map.door.wants_helpers()) {
    return;  // all called, or the map is over
  }
  const std::size_t share = policy::called_directly(static_cast<std::size_t>(left));
  const std::size_t called = call_tickets(map, share);
  if (called < share && map.door.wants_helpers()) {
    map.refused.fetch_add(static_cast<std::uint32_t>(share - called), std::memory_order_relaxed);
  }
}

bool crew::somebody_wants() const noexcept {
  const std::size_t used = places_used_.load(std::memory_order_seq_cst);
  return std::any_of(maps_.begin(),
                     maps_.begin() + static_cast<std::ptrdiff_t>(used),
                     [](const shared_map& map) { return map.door.wants_helpers(); });
}

bool crew::join_a_map(ticket_index index) noexcept {
  thread_standing& standing = standing_of_this_thread();
  const std::size_t used = places_used_.load(std::memory_order_seq_cst);
  for (std::size_t looked = 0; looked < used; ++looked) {
    // Helpers start their search at different places.
    shared_map& map = maps_[(index + looked) % used];
    if (!map.door.wants_helpers()) {
      continue;
    }
    prefetch_to_write(&working_);
    map.prefetch_to_help();
    const bool counts = !map.exempt.load(std::memory_order_relaxed);
    if (counts && !take_budget()) {
      continue;
    }
    if (!map.door.try_enter()) {
      if (counts) {
        working_.fetch_sub(1, std::memory_order_relaxed);
      }
      continue;
    }
    // The place may have changed hands since `exempt` was read, or the map's items wait since.
    const bool counted = !map.exempt.load(std::memory_order_relaxed);
    if (counted && !counts) {
      working_.fetch_add(1, std::memory_order_relaxed);
    } else if (counts && !counted) {
      working_.fetch_sub(1, std::memory_order_relaxed);
    }
    standing.is_counted = counted;
    standing.budget_given_back = false;
    if (standing.is_misplaced) {
      map.misplaced.store(true, std::memory_order_relaxed);
    }
    if (!counted) {
      uncounted_.fetch_add(1, std::memory_order_relaxed);
    }
    note_arrival(map);
    call_onwards(map);
    run_helper(map);
    return true;
  }
  return false;
}

void crew::leave(shared_map& map) noexcept {
  const thread_standing& standing = standing_of_this_thread();
  if (!standing.is_counted) {
    uncounted_.fetch_sub(1, std::memory_order_relaxed);
  } else if (!standing.budget_given_back) {
    working_.fetch_sub(1, std::memory_order_relaxed);
  }
  lingering_.fetch_add(1, std::memory_order_seq_cst);
  map.door.leave();
}

void crew::serve(ticket_index index) noexcept {
  atomic<ticket_state>& state = tickets_[index].state;
  state.store(ticket_state::awake, std::memory_order_relaxed);
  coming_.fetch_sub(1, std::memory_order_relaxed);
  standing_of_this_thread().is_helper = true;
  enlist& on = *tickets_[index].on;
  standing_of_this_thread().is_misplaced = on.has_come(index);
  const nanoseconds gap{usual_gap_.load(std::memory_order_relaxed)};
  const nanoseconds patience = main_->linger(gap);
  // Called for that: not one of those who linger. Who has worked is one since it left the map.
  bool lingers = somebody_wants() && join_a_map(index);
  // Who comes too late for the map that called it is awake for the next one.
  nanoseconds worked_until = time_.now();
  for (;;) {
    nanoseconds until = time_.now() + patience;
    if (!std::exchange(lingers, false)) {
      lingering_.fetch_add(1, std::memory_order_seq_cst);
    }
    for (;;) {
      if (somebody_wants()) {
        lingering_.fetch_sub(1, std::memory_order_relaxed);
        if (join_a_map(index)) {
          worked_until = time_.now();
          until = worked_until + patience;
          continue;
        }
        lingering_.fetch_add(1, std::memory_order_seq_cst);
      }
      if (!(time_.now() < until)) {
        break;
      }
      pause();
    }
    lingering_.fetch_sub(1, std::memory_order_seq_cst);
    if (last_active_.load(std::memory_order_relaxed) < worked_until.count()) {
      last_active_.store(worked_until.count(), std::memory_order_relaxed);
    }
    on.leaves(index);
    state.store(ticket_state::idle, std::memory_order_seq_cst);
    ticket_state idle = ticket_state::idle;
    bool wanted = false;
    const std::size_t used = places_used_.load(std::memory_order_seq_cst);
    for (std::size_t at = 0; at < used && !wanted; ++at) {
      const shared_map& map = maps_[at];
      wanted = map.door.wants_helpers() &&
               (map.exempt.load(std::memory_order_relaxed) ||
                working_.load(std::memory_order_relaxed) < helpers_allowed());
    }
    if (!wanted ||
        !state.compare_exchange_strong(idle, ticket_state::awake, std::memory_order_seq_cst)) {
      standing_of_this_thread().is_helper = false;
      return;
    }
  }
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
