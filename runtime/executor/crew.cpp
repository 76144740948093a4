#include "runtime/assert.hpp"
#include "runtime/cancellation_shield.hpp"
#include "runtime/executor/crew.hpp"
#include "runtime/executor/thread_standing.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <pthread.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {
namespace {

using policy::nanoseconds;

/// Weight of the newest gap between maps.
inline constexpr double gap_weight = 0.25;

std::atomic<crew*> process_crew{nullptr};

constinit thread_local thread_standing standing_here;

}  // namespace

thread_standing& standing_of_this_thread() noexcept {
  return standing_here;
}

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
  if (refused > 0.0 && started_.load(std::memory_order_relaxed) == 0 &&
      time_.now().count() < refused) {
    return {0, policy::reason_code::no_threads};
  }
  const std::size_t here = main_->workers_allowed_here();
  if (here < 2) {
    return {0, policy::reason_code::library_limit};
  }
  const std::size_t free =
      policy::saturating_subtract(helpers_allowed(), working_.load(std::memory_order_relaxed));
  return {std::min({free, here - 1, most_helpers}), policy::reason_code::workers_busy};
}

std::size_t crew::available_if_waiting(std::size_t cpus) const noexcept {
  const thread_standing& standing = standing_here;
  const cancellation_shield shield;
  if (standing.is_helper || standing.map_depth > 1 || forked_.load(std::memory_order_relaxed) ||
      main_failed_.load(std::memory_order_relaxed) ||
      (cpus > 1 && main_->workers_allowed_here() < cpus)) {
    return 0;
  }
  return 1 + policy::saturating_subtract(most_helpers, uncounted_.load(std::memory_order_relaxed));
}

policy::crew_state crew::state(nanoseconds now) const noexcept {
  if (started_.load(std::memory_order_relaxed) == 0) {
    return policy::crew_state::absent;
  }
  if (lingering_.load(std::memory_order_relaxed) > 0) {
    return policy::crew_state::awake;
  }
  const double idle = now.count() - last_active_.load(std::memory_order_relaxed);
  return idle < main_->stays_awake().count() ? policy::crew_state::near
                                             : policy::crew_state::asleep;
}

crew::presence::presence(crew& in) noexcept
    : in_(in), counted_(!standing_here.is_helper && standing_here.map_depth == 0) {
  ++standing_here.map_depth;
  if (counted_) {
    in_.callers_.fetch_add(1, std::memory_order_relaxed);
  }
}

crew::presence::~presence() {
  --standing_here.map_depth;
  if (counted_) {
    in_.callers_.fetch_sub(1, std::memory_order_relaxed);
  }
}

bool crew::take_budget() noexcept {
  const std::size_t allowed = helpers_allowed();
  if (working_.load(std::memory_order_relaxed) >= allowed) {
    return false;
  }
  // Added first and taken back if it was too much: a CAS against the limit fails over and over when
  // many helpers come at once.
  if (working_.fetch_add(1, std::memory_order_relaxed) < allowed) {
    return true;
  }
  working_.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

bool crew::gives_way(shared_map& map) noexcept {
  if (map.exempt.load(std::memory_order_relaxed)) {
    return false;
  }
  if (!standing_here.is_counted) {
    return true;  // came while the items waited. If it is still wanted it is called anew, and
                  // counted
  }
  std::size_t seen = working_.load(std::memory_order_relaxed);
  if (seen > helpers_allowed()) {
    pause();  // one that came too late may just be taking itself back
    seen = working_.load(std::memory_order_relaxed);
  }
  while (seen > helpers_allowed()) {
    if (working_.compare_exchange_weak(seen, seen - 1, std::memory_order_relaxed)) {
      standing_here.budget_given_back = true;
      return true;
    }
  }
  return false;
}

// --- places

shared_map* crew::take_place(std::size_t workers, std::size_t most_workers) noexcept {
  AMORSIZE_ASSERT(workers >= 1);
  const std::size_t room = std::max(workers, most_workers);
  std::uint64_t seen = places_.load(std::memory_order_relaxed);
  std::size_t at = 0;
  do {
    if (seen == ~std::uint64_t{0}) {
      return nullptr;
    }
    at = static_cast<std::size_t>(std::countr_one(seen));
  } while (!places_.compare_exchange_weak(
      seen, seen | (std::uint64_t{1} << at), std::memory_order_acquire, std::memory_order_relaxed));
  std::size_t used = places_used_.load(std::memory_order_seq_cst);
  while (used <= at &&
         !places_used_.compare_exchange_weak(used, at + 1, std::memory_order_seq_cst)) {
  }
  shared_map& map = maps_[at];
  map.prefetch_to_prepare();
  if (map.seats_allocated < room) {
    worker_seat* grown = new (std::nothrow) worker_seat[room];
    if (grown == nullptr) {
      return_place(map);
      return nullptr;
    }
    delete[] map.seats;  // nobody looks at it: the gate is closed and empty
    map.seats = grown;
    map.seats_allocated = room;
  }
  map.seats_in_use.store(0, std::memory_order_relaxed);
  map.make_ready(workers);
  map.seats[0].taken.store(true, std::memory_order_relaxed);
  map.usage_items.store(0, std::memory_order_relaxed);
  map.usage_wall.store(0.0, std::memory_order_relaxed);
  map.usage_cpu.store(0.0, std::memory_order_relaxed);
  map.usage_waits.store(0.0, std::memory_order_relaxed);
  map.usage_counted = {};
  map.errors.reset();
  map.first_skipped.store(lowest_exception::nothing, std::memory_order_relaxed);
  map.first_start.store(0.0, std::memory_order_relaxed);
  map.items_before.store(0, std::memory_order_relaxed);
  map.busy_before.store(0.0, std::memory_order_relaxed);
  map.arrivals.store(0, std::memory_order_relaxed);
  map.misplaced.store(false, std::memory_order_relaxed);
  map.to_call.store(0, std::memory_order_relaxed);
  map.next_ticket.store(0, std::memory_order_relaxed);
  map.refused.store(0, std::memory_order_relaxed);
  map.visit.store(0, std::memory_order_relaxed);
  map.visit_cost.store(0.0, std::memory_order_relaxed);
  map.visited_items.store(0, std::memory_order_relaxed);
  map.visited_busy.store(0.0, std::memory_order_relaxed);
  map.visited_items_counted = 0;
  map.pauses = {};
  map.visited_busy_counted = 0.0;
  map.allowed.store(static_cast<std::uint32_t>(workers), std::memory_order_relaxed);
  map.controller = nullptr;
  map.history = nullptr;
  map.tick = nullptr;
  map.look = nullptr;
  map.throttled = nullptr;
  map.record = nullptr;
  map.owner = this;
  map.lane = nullptr;
  return &map;
}

void crew::return_place(shared_map& map) noexcept {
  const auto at = static_cast<std::size_t>(&map - maps_.data());
  places_.fetch_and(~(std::uint64_t{1} << at), std::memory_order_release);
}

crew::calls crew::open(shared_map& map, std::size_t helpers) noexcept {
  AMORSIZE_ASSERT(helpers < map.width());
  AMORSIZE_ASSERT(map.door.is_empty());
  const double last = last_active_.load(std::memory_order_relaxed);
  if (last > 0.0) {
    const double gap = std::max(0.0, time_.now().count() - last);
    const double usual = usual_gap_.load(std::memory_order_relaxed);
    usual_gap_.store(usual + gap_weight * (std::min(gap, 4.0 * usual + 1.0) - usual),
                     std::memory_order_relaxed);
  }
  map.door.open(static_cast<std::uint32_t>(std::min(helpers, most_helpers)));
  return call(map, helpers, coming::belongs_to_others);
}

void crew::shut(shared_map& map) noexcept {
  map.to_call.store(0, std::memory_order_relaxed);
  map.door.close();
}

void crew::expect_end(const shared_map& map) const noexcept {
  prefetch_to_write(&callers_);
  prefetch_to_read(&map.first_start);
  for (std::size_t seat = 1; seat < std::min(map.width(), seats_prefetched); ++seat) {
    prefetch_to_read(&map.seats[seat].items);
  }
}

void crew::note_end() noexcept {
  last_active_.store(time_.now().count(), std::memory_order_relaxed);
}

void crew::set_workers(shared_map& map, std::size_t n_jobs) noexcept {
  const auto jobs =
      static_cast<std::uint32_t>(std::clamp<std::size_t>(n_jobs, 1, map.seats_allocated));
  map.make_ready(jobs);
  map.allowed.store(jobs, std::memory_order_relaxed);
  std::uint32_t inside = map.door.inside();
  if (inside > jobs - 1) {
    // Those in later seats are about to go, and earlier ones may be empty.
    inside = 0;
    for (std::size_t seat = 1; seat < jobs; ++seat) {
      inside += map.seats[seat].taken.load(std::memory_order_relaxed) ? 1U : 0U;
    }
  }
  const std::uint32_t present = inside + map.door.wanted();
  if (jobs == 1) {
    map.to_call.store(0, std::memory_order_relaxed);
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
    static_cast<void>(call(map, wanted, coming::is_enough));
  }
}

void crew::forked_in_child() noexcept {
  crew* known = process_crew.load(std::memory_order_relaxed);
  if (known == nullptr) {
    return;
  }
  if (known->callers_.load(std::memory_order_relaxed) > 0 ||
      known->places_.load(std::memory_order_relaxed) != 0 || standing_here.is_helper) {
    // The state is that of threads that do not exist any more. Maps that ran are given up: their
    // callers, if this is one, find nobody inside and throw.
    known->forked_.store(true, std::memory_order_relaxed);
    for (std::uint64_t left = known->places_.load(std::memory_order_relaxed); left != 0;
         left &= left - 1) {
      shared_map& map = known->maps_[static_cast<std::size_t>(std::countr_zero(left))];
      map.door.abandon();
      map.errors.abandon();
      map.beat.clear(std::memory_order_relaxed);
      map.to_call.store(0, std::memory_order_relaxed);
    }
    known->lingering_.store(0, std::memory_order_relaxed);
    known->coming_.store(0, std::memory_order_relaxed);
    return;
  }
  // Nothing ran: a fresh threads back end serves the child.
  forget_threads_after_fork();
  known->main_ = known->beyond_;
  known->working_.store(0, std::memory_order_relaxed);
  known->uncounted_.store(0, std::memory_order_relaxed);
  known->lingering_.store(0, std::memory_order_relaxed);
  known->coming_.store(0, std::memory_order_relaxed);
  known->started_.store(0, std::memory_order_relaxed);
  for (ticket& one : known->tickets_) {
    one.state.store(ticket_state::idle, std::memory_order_relaxed);
  }
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
