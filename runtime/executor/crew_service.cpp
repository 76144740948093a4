// How helpers are called, and what a thread does that has come: join maps, linger, fall asleep.
#include "runtime/cancellation_shield.hpp"
#include "runtime/executor/crew.hpp"
#include "runtime/executor/thread_standing.hpp"
#include "runtime/executor/worker_loop.hpp"

#include <algorithm>
#include <bit>

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

crew::calls crew::call(std::size_t helpers, bool beyond_cpus, coming count_coming) noexcept {
  // Those who linger see the open gate by themselves.
  const std::size_t lingering = lingering_.load(std::memory_order_seq_cst);
  std::size_t missing = policy::saturating_subtract(helpers, lingering);
  const std::size_t cpus = budget_.load(std::memory_order_relaxed);
  const std::size_t tickets =
      beyond_cpus ? most_helpers : std::min(policy::saturating_subtract(cpus, 1), most_helpers);
  std::size_t on_their_way = 0;
  std::size_t started = 0;
  for (std::size_t at = 0; at < tickets && missing > started; ++at) {
    ticket_state seen = tickets_[at].state.load(std::memory_order_seq_cst);
    if (seen != ticket_state::idle) {
      if (seen == ticket_state::called) {
        ++on_their_way;
        missing -= count_coming == coming::is_enough ? 1 : 0;
      }
      continue;
    }
    if (!tickets_[at].state.compare_exchange_strong(
            seen, ticket_state::called, std::memory_order_seq_cst)) {
      continue;
    }
    if (!start(at)) {
      tickets_[at].state.store(ticket_state::idle, std::memory_order_release);
      break;
    }
    ++started;
  }
  missing -= started;
  return {helpers - policy::saturating_subtract(missing, on_their_way), started};
}

bool crew::somebody_wants() const noexcept {
  return wanting_.load(std::memory_order_seq_cst) != 0;
}

bool crew::join_a_map(ticket_index index) noexcept {
  thread_standing& standing = standing_of_this_thread();
  std::uint64_t left = wanting_.load(std::memory_order_seq_cst);
  while (left != 0) {
    // Helpers start their search at different places.
    const std::uint64_t rotated = std::rotr(left, static_cast<int>(index % most_maps));
    const std::size_t at =
        (static_cast<std::size_t>(std::countr_zero(rotated)) + index) % most_maps;
    left &= ~(std::uint64_t{1} << at);
    shared_map& map = maps_[at];
    if (!map.door.wants_helpers()) {
      continue;
    }
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
    // The place may have changed hands since `exempt` was read; inside the gate it is constant.
    const bool counted = !map.exempt.load(std::memory_order_relaxed);
    if (counted && !counts) {
      working_.fetch_add(1, std::memory_order_relaxed);
    } else if (counts && !counted) {
      working_.fetch_sub(1, std::memory_order_relaxed);
    }
    standing.budget_given_back = false;
    run_helper(map);
    if (counted && !standing.budget_given_back) {
      working_.fetch_sub(1, std::memory_order_relaxed);
    }
    last_active_.store(time_.now().count(), std::memory_order_relaxed);
    return true;
  }
  return false;
}

void crew::serve(ticket_index index) noexcept {
  atomic<ticket_state>& state = tickets_[index].state;
  state.store(ticket_state::awake, std::memory_order_relaxed);
  standing_of_this_thread().is_helper = true;
  const nanoseconds gap{usual_gap_.load(std::memory_order_relaxed)};
  const nanoseconds patience = main_->linger(gap);
  for (;;) {
    nanoseconds until = time_.now() + patience;
    lingering_.fetch_add(1, std::memory_order_seq_cst);
    for (;;) {
      if (somebody_wants()) {
        lingering_.fetch_sub(1, std::memory_order_relaxed);
        const bool worked = join_a_map(index);
        lingering_.fetch_add(1, std::memory_order_seq_cst);
        if (worked) {
          until = time_.now() + patience;
          continue;
        }
      }
      if (!(time_.now() < until)) {
        break;
      }
      pause();
    }
    lingering_.fetch_sub(1, std::memory_order_seq_cst);
    state.store(ticket_state::idle, std::memory_order_seq_cst);
    ticket_state idle = ticket_state::idle;
    bool wanted = false;
    for (std::uint64_t left = wanting_.load(std::memory_order_seq_cst); left != 0 && !wanted;
         left &= left - 1) {
      const shared_map& map = maps_[static_cast<std::size_t>(std::countr_zero(left))];
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
