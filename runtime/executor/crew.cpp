#include "runtime/assert.hpp"
#include "runtime/executor/cancellation_shield.hpp"
#include "runtime/executor/crew.hpp"
#include "runtime/executor/worker_loop.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <pthread.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {
namespace {

using policy::nanoseconds;

/// After the system refused a thread, no other is asked for during this time.
inline constexpr nanoseconds thread_retry{1e9};
/// Weight of the newest gap between maps.
inline constexpr double gap_weight = 0.25;
std::atomic<crew*> process_crew{nullptr};

/// Of the calling thread: is it one of ours, how deep is it in maps, has it given its place in the
/// budget back already?
constinit thread_local bool is_helper = false;
constinit thread_local std::size_t map_depth = 0;
constinit thread_local bool budget_given_back = false;

}  // namespace

crew& crew::of_process(backend wanted, const clock& time) {
  crew* known = process_crew.load(std::memory_order_acquire);
  if (known != nullptr) {
    return *known;
  }
  static crew& only = *[&] {
    crew* made =
        new crew(wanted == backend::tbb ? enlist_tbb() : enlist_threads(), enlist_threads(), time);
    pthread_atfork(nullptr, nullptr, &crew::forked_in_child);
    return made;
  }();
  process_crew.store(&only, std::memory_order_release);
  return only;
}

crew::crew(enlist& main, enlist& beyond, const clock& time) noexcept
    : time_(time), main_(&main), beyond_(&beyond) {}

crew::~crew() {
  for (shared_map& map : maps_) {
    AMORSIZE_ASSERT(map.door.is_empty());
    delete[] map.seats;
  }
}

const char* crew::backend_name() const noexcept {
  return main_->name();
}

void crew::serve_one(void* self, ticket_index ticket) {
  static_cast<crew*>(self)->serve(ticket);
}

// --- supply
// -------------------------------------------------------------------------------------------

std::size_t crew::helpers_allowed() const noexcept {
  return policy::saturating_subtract(budget_.load(std::memory_order_relaxed),
                                     callers_.load(std::memory_order_relaxed));
}

crew::spare_helpers crew::available() noexcept {
  const cancellation_shield shield;  // oneTBB reads files when it is asked for the first time
  if (forked_.load(std::memory_order_relaxed)) {
    return {0, policy::reason_code::forked_child};
  }
  if (main_failed_.load(std::memory_order_relaxed)) {
    return {0, policy::reason_code::backend_failed};
  }
  if (budget_.load(std::memory_order_relaxed) < 2) {
    return {0, policy::reason_code::one_cpu_allowed};
  }
  const double refused = no_threads_until_.load(std::memory_order_relaxed);
  if (refused > 0.0 && time_.now().count() < refused) {
    return {0, policy::reason_code::no_threads};
  }
  const std::size_t here = main_->workers_allowed_here();
  const std::size_t free =
      policy::saturating_subtract(helpers_allowed(), working_.load(std::memory_order_relaxed));
  const std::size_t helpers = std::min({free, here > 0 ? here - 1 : 0, most_helpers});
  return {helpers, policy::reason_code::workers_busy};
}

policy::crew_state crew::state(nanoseconds now) const noexcept {
  if (started_.load(std::memory_order_relaxed) == 0) {
    return policy::crew_state::absent;
  }
  if (lingering_.load(std::memory_order_relaxed) > 0) {
    return policy::crew_state::awake;
  }
  const double idle = now.count() - last_active_.load(std::memory_order_relaxed);
  return idle < main_->stays_awake().count() ? policy::crew_state::awake
                                             : policy::crew_state::asleep;
}

crew::presence::presence(crew& in) noexcept : in_(in), counted_(!is_helper && map_depth == 0) {
  ++map_depth;
  if (counted_) {
    in_.callers_.fetch_add(1, std::memory_order_relaxed);
  }
}

crew::presence::~presence() {
  --map_depth;
  if (counted_) {
    in_.callers_.fetch_sub(1, std::memory_order_relaxed);
  }
}

bool crew::take_budget() noexcept {
  std::size_t seen = working_.load(std::memory_order_relaxed);
  while (seen < helpers_allowed()) {
    if (working_.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

bool crew::gives_way(shared_map& map) noexcept {
  if (map.exempt.load(std::memory_order_relaxed)) {
    return false;
  }
  std::size_t seen = working_.load(std::memory_order_relaxed);
  while (seen > helpers_allowed()) {
    if (working_.compare_exchange_weak(seen, seen - 1, std::memory_order_relaxed)) {
      budget_given_back = true;
      return true;
    }
  }
  return false;
}

// --- places
// -------------------------------------------------------------------------------------------

shared_map* crew::take_place(std::size_t workers) noexcept {
  AMORSIZE_ASSERT(workers >= 1);
  std::uint64_t seen = places_.load(std::memory_order_relaxed);
  std::size_t at = 0;
  do {
    if (seen == ~std::uint64_t{0}) {
      return nullptr;
    }
    at = static_cast<std::size_t>(std::countr_one(seen));
  } while (!places_.compare_exchange_weak(
      seen, seen | (std::uint64_t{1} << at), std::memory_order_acquire, std::memory_order_relaxed));
  shared_map& map = maps_[at];
  if (map.seats_allocated < workers) {
    worker_seat* grown = new (std::nothrow) worker_seat[workers];
    if (grown == nullptr) {
      return_place(map);
      return nullptr;
    }
    delete[] map.seats;  // nobody looks at it: the gate is closed and empty
    map.seats = grown;
    map.seats_allocated = workers;
  }
  map.seats_in_use = workers;
  for (std::size_t seat = 0; seat < workers; ++seat) {
    map.seats[seat].reset();
  }
  map.seats[0].taken.store(true, std::memory_order_relaxed);
  map.errors.reset();
  map.first_skipped.store(lowest_exception::nothing, std::memory_order_relaxed);
  map.first_start.store(0.0, std::memory_order_relaxed);
  map.arrivals.store(0, std::memory_order_relaxed);
  map.allowed.store(static_cast<std::uint32_t>(workers), std::memory_order_relaxed);
  map.controller = nullptr;
  map.history = nullptr;
  map.tick = nullptr;
  map.owner = this;
  return &map;
}

void crew::return_place(shared_map& map) noexcept {
  const auto at = static_cast<std::size_t>(&map - maps_.data());
  places_.fetch_and(~(std::uint64_t{1} << at), std::memory_order_release);
}

crew::calls crew::open(shared_map& map, std::size_t helpers) noexcept {
  AMORSIZE_ASSERT(helpers < map.seats_in_use);
  AMORSIZE_ASSERT(map.door.is_empty());
  const auto at = static_cast<std::size_t>(&map - maps_.data());
  const bool exempt = map.exempt.load(std::memory_order_relaxed);
  const double last = last_active_.load(std::memory_order_relaxed);
  if (last > 0.0) {
    const double gap = std::max(0.0, time_.now().count() - last);
    const double usual = usual_gap_.load(std::memory_order_relaxed);
    usual_gap_.store(usual + gap_weight * (std::min(gap, 4.0 * usual + 1.0) - usual),
                     std::memory_order_relaxed);
  }
  map.door.open(static_cast<std::uint32_t>(std::min(helpers, most_helpers)));
  wanting_.fetch_or(std::uint64_t{1} << at, std::memory_order_seq_cst);
  return call(helpers, exempt, coming::belongs_to_others);
}

void crew::shut(shared_map& map) noexcept {
  const auto at = static_cast<std::size_t>(&map - maps_.data());
  wanting_.fetch_and(~(std::uint64_t{1} << at), std::memory_order_relaxed);
  map.door.close();
}

void crew::note_end() noexcept {
  last_active_.store(time_.now().count(), std::memory_order_relaxed);
}

void crew::set_workers(shared_map& map, std::size_t n_jobs) noexcept {
  const auto jobs =
      static_cast<std::uint32_t>(std::clamp<std::size_t>(n_jobs, 1, map.seats_in_use));
  map.allowed.store(jobs, std::memory_order_relaxed);
  const std::uint32_t present = map.door.inside() + map.door.wanted();
  if (jobs == 1) {
    map.door.want_none();
    return;
  }
  const bool exempt = map.exempt.load(std::memory_order_relaxed);
  const std::size_t supply = exempt ? most_helpers : available().helpers;
  if (supply == 0) {
    return;
  }
  if (present < jobs - 1) {
    map.door.want(static_cast<std::uint32_t>(std::min<std::size_t>(jobs - 1 - present, supply)),
                  jobs - 1);
  }
  // All who are still missing, not only the newly wanted: a helper called earlier may have found
  // the budget used up and gone to sleep again.
  if (const std::size_t wanted = std::min<std::size_t>(map.door.wanted(), supply); wanted > 0) {
    static_cast<void>(call(wanted, exempt, coming::is_enough));
  }
}

// --- calling and serving
// ------------------------------------------------------------------------------

bool crew::start(ticket_index index) noexcept {
  const cancellation_shield shield;
  const std::size_t main_limit = main_->ticket_limit(budget_.load(std::memory_order_relaxed));
  const bool on_main = index < main_limit && !main_failed_.load(std::memory_order_relaxed);
  enlist& chosen = on_main ? *main_ : *beyond_;
  if (chosen.start(index, &crew::serve_one, this)) {
    started_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  if (on_main && main_ != beyond_) {
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
    budget_given_back = false;
    run_helper(map);
    if (counted && !budget_given_back) {
      working_.fetch_sub(1, std::memory_order_relaxed);
    }
    last_active_.store(time_.now().count(), std::memory_order_relaxed);
    return true;
  }
  return false;
}

void crew::serve(ticket_index index) noexcept {
  std::atomic<ticket_state>& state = tickets_[index].state;
  state.store(ticket_state::awake, std::memory_order_relaxed);
  is_helper = true;
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
      is_helper = false;
      return;
    }
  }
}

void crew::forked_in_child() noexcept {
  crew* known = process_crew.load(std::memory_order_relaxed);
  if (known == nullptr) {
    return;
  }
  if (known->callers_.load(std::memory_order_relaxed) > 0 ||
      known->places_.load(std::memory_order_relaxed) != 0 || is_helper) {
    // The state is that of threads that do not exist any more. Maps that ran are given up: their
    // callers, if this is one, find nobody inside and throw.
    known->forked_.store(true, std::memory_order_relaxed);
    for (std::uint64_t left = known->places_.load(std::memory_order_relaxed); left != 0;
         left &= left - 1) {
      shared_map& map = known->maps_[static_cast<std::size_t>(std::countr_zero(left))];
      map.door.abandon();
      map.errors.abandon();
      map.beat.clear(std::memory_order_relaxed);
    }
    return;
  }
  // Nothing ran: a fresh threads back end serves the child.
  forget_threads_after_fork();
  known->main_ = known->beyond_;
  known->working_.store(0, std::memory_order_relaxed);
  known->lingering_.store(0, std::memory_order_relaxed);
  known->started_.store(0, std::memory_order_relaxed);
  known->wanting_.store(0, std::memory_order_relaxed);
  for (ticket& one : known->tickets_) {
    one.state.store(ticket_state::idle, std::memory_order_relaxed);
  }
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
