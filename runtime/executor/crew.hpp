// The helpers of this process, and the maps that want them.
//
// Tickets: each stands for one thread that a back end can bring to serve(). States:
//
//   idle ──ask() by CAS──> called ──the thread arrives──> awake ──nothing to do──> idle
//                                                          ^ joins maps, lingers
//
// Those who are awake and have no work watch the gates of all places that were ever in use. Falling
// asleep must not lose a wake-up: a helper first becomes idle, then looks once more at the places
// and their gates; a caller first counts its place among them, then opens its gate, then looks for
// idle tickets. All of these are seq_cst, so at least one of the two sees the other.
//
// Budget: all maps share the machine. Helpers of maps that count must not be more than
// max(0, CPUs - threads inside a map); those above leave at their next chunk boundary.
// Thread safety: thread-safe.
#pragma once

#include "runtime/clock.hpp"
#include "runtime/executor/atomic_policy.hpp"
#include "runtime/executor/enlist.hpp"
#include "runtime/executor/shared_map.hpp"
#include "runtime/policy/decision.hpp"
#include "runtime/policy/overhead_model.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

/// Threads that can help at the same time, over all maps of a process.
inline constexpr std::size_t most_helpers = 1024;
/// Maps that can be shared at the same time; more run on their calling threads.
inline constexpr std::size_t most_maps = 64;

enum class backend { tbb, threads };

class crew {
 public:
  /// One for the process, never destroyed: late helpers may look at it after main. The first call
  /// fixes clock and back end.
  [[nodiscard]] static crew& of_process(backend wanted, const clock& time);

  /// main: for helpers up to the CPUs; beyond: for those of maps with n_jobs set above them.
  crew(enlist& main, enlist& beyond, const clock& time) noexcept;
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;
  /// Only of crews that tests make: no helper may be about any more.
  ~crew();

  // --- before the decision

  /// CPUs for all maps together, as last seen by a map that asked; 1 = nobody has.
  [[nodiscard]] std::size_t budget() const noexcept {
    return budget_.load(std::memory_order_relaxed);
  }
  /// CPUs this process may use, for the budget.
  void set_budget(std::size_t cpus) noexcept { budget_.store(cpus, std::memory_order_relaxed); }
  /// A thread may use so many. A thread pinned to one CPU says nothing about the others, so the
  /// budget only ever rises by this; each map is bounded by its own thread's CPUs.
  void raise_budget(std::size_t cpus) noexcept {
    std::size_t seen = budget_.load(std::memory_order_relaxed);
    while (seen < cpus && !budget_.compare_exchange_weak(seen, cpus, std::memory_order_relaxed)) {
    }
  }

  /// Helpers that a map may have now without going over the budget; 0 and the reason otherwise.
  struct spare_helpers {
    std::size_t helpers = 0;
    policy::reason_code limited_by = policy::reason_code::none;
  };
  [[nodiscard]] spare_helpers available() noexcept;
  /// Workers that a map of the calling thread may have if its items wait: helpers that do not
  /// count. None beyond the CPUs for nested maps, and where the host has limited oneTBB below
  /// `cpus`.
  [[nodiscard]] std::size_t available_if_waiting(std::size_t cpus) const noexcept;
  [[nodiscard, gnu::hot]] policy::crew_state state(policy::nanoseconds now) const noexcept;
  /// How long after a map a helper would still be awake or near, in a process whose maps are so far
  /// apart.
  [[nodiscard]] policy::nanoseconds patience(policy::nanoseconds gap) const noexcept {
    return main_->stays_awake() + main_->linger(gap);
  }
  /// How the next map finds a helper that this one has woken, in a process whose maps are so far
  /// apart.
  [[nodiscard]] policy::crew_state state_after(policy::nanoseconds gap) const noexcept {
    if (gap < main_->linger(gap)) {
      return policy::crew_state::awake;
    }
    return gap < patience(gap) ? policy::crew_state::near : policy::crew_state::asleep;
  }
  /// How long a helper that has come may wait for work.
  [[nodiscard]] policy::nanoseconds patience_of_helpers() const noexcept {
    return main_->linger(policy::nanoseconds{usual_gap_.load(std::memory_order_relaxed)});
  }
  /// Maps follow each other so closely now, from the end of one to the end of the next: helpers
  /// that are called linger accordingly.
  void expect_maps_every(policy::nanoseconds period) noexcept {
    if (period.count() < usual_gap_.load(std::memory_order_relaxed)) {
      usual_gap_.store(period.count(), std::memory_order_relaxed);
    }
  }
  [[nodiscard]] const char* backend_name() const noexcept;
  /// Is this the child of a fork that happened in the middle of a map?
  [[nodiscard]] bool forked_in_a_map() const noexcept {
    return forked_.load(std::memory_order_relaxed);
  }

  // --- running a map

  /// A map that will probably be shared with helpers who are awake begins: asks for what they have
  /// changed.
  void expect_map() const noexcept { prefetch_to_write(&callers_); }
  /// Nobody is inside a map of two workers and more any more: the same for its end.
  void expect_end(const shared_map& map) const noexcept;

  /// A place for a map of `workers` workers that may become `most_workers`; null when all are taken
  /// or there is no memory.
  [[nodiscard]] shared_map* take_place(std::size_t workers, std::size_t most_workers = 0) noexcept;
  void return_place(shared_map& map) noexcept;

  struct calls {
    std::size_t asked = 0;    ///< helpers that were there, on their way, or are being called
    std::size_t started = 0;  ///< of them, those called now
    bool awaited = false;     ///< some were there already
  };
  /// Opens the gate and asks for `helpers`: calls a few, who call the others.
  calls open(shared_map& map, std::size_t helpers) noexcept;
  /// Shuts the gate: nobody else comes in; those inside go on.
  void shut(shared_map& map) noexcept;
  /// A map has ended: remembers when, for the gap to the next one.
  void note_end() noexcept;

  /// Called by the holder of the map's beat.
  void set_workers(shared_map& map, std::size_t n_jobs) noexcept;

  /// Must a helper of this map go, because other threads need the CPUs? It then has to.
  [[nodiscard]] bool gives_way(shared_map& map) noexcept;

  /// The helper on this thread goes through the gate. Its part of the budget is free, and it counts
  /// as awake, when the caller sees that it has gone. Nothing of the map may be touched afterwards.
  void leave(shared_map& map) noexcept;

  /// While one exists, the calling thread counts as inside a map (once, however deep it nests;
  /// helpers are counted as such already).
  class presence {
   public:
    explicit presence(crew& in) noexcept;
    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;
    ~presence();

   private:
    crew& in_;
    bool counted_;
  };

  // --- the back ends' side

  void serve(ticket_index ticket) noexcept;

  /// Helpers inside a map now. For tests.
  [[nodiscard]] std::size_t helpers_working() const noexcept {
    return working_.load(std::memory_order_relaxed);
  }

 private:
  enum class ticket_state : std::uint32_t { idle, called, awake };
  struct alignas(cache_line) ticket {
    /// idle -> called by whoever asks (CAS, seq_cst), called -> awake -> idle by the helper.
    atomic<ticket_state> state{ticket_state::idle};
    /// The back end that was asked for its thread. Written by the holder of `called`, read by the
    /// thread: the back end's start() publishes it.
    enlist* on = nullptr;
  };

  /// Tickets that are called but have not come yet: at a map's opening they are some other map's;
  /// when a map calls again they may be its own, and must not be called for over and over.
  enum class coming { belongs_to_others, is_enough };
  calls call(shared_map& map, std::size_t helpers, coming count_coming) noexcept;
  /// Calls so many idle tickets, if there are. Returns how many it called.
  std::size_t call_tickets(shared_map& map, std::size_t wanted) noexcept;
  /// What a helper that has come does for those that have not been called yet.
  void call_onwards(shared_map& map) noexcept;
  [[nodiscard]] bool start(ticket_index ticket) noexcept;
  [[nodiscard]] bool join_a_map(ticket_index ticket) noexcept;
  /// Is a gate open that wants helpers? O(places in use at the same time so far).
  [[nodiscard]] bool somebody_wants() const noexcept;
  [[nodiscard]] bool take_budget() noexcept;
  [[nodiscard]] std::size_t helpers_allowed() const noexcept;
  static void serve_one(void* self, ticket_index ticket);
  static void forked_in_child() noexcept;

  const clock& time_;
  enlist* main_;    ///< tickets below its limit
  enlist* beyond_;  ///< the rest

  // By line: what nearly nobody writes; who is in a map, changed by all who come and go; what
  // callers and those who fall asleep write. In 5 us a line cannot change hands ten times.

  /// CPUs of the process. Written by maps that look, read by all: relaxed, it is an advice.
  atomic<std::size_t> budget_{1};
  /// Places below this have been in use. Raised by who takes one before its gate is opened, read by
  /// helpers: seq_cst, see "falling asleep".
  atomic<std::size_t> places_used_{0};

  /// Threads inside a map. Changed by presence: relaxed, a count.
  alignas(cache_line) atomic<std::size_t> callers_{0};
  /// Helpers inside maps that count, and for a moment those that find the budget used up. Changed
  /// by helpers, read by them after each chunk: relaxed, a count.
  atomic<std::size_t> working_{0};
  /// Helpers inside maps that do not count. Changed by helpers when they come and go: relaxed, a
  /// count.
  atomic<std::size_t> uncounted_{0};
  /// Helpers in serve() without a map; those who leave one are counted before its caller sees that
  /// it is empty, for its next map may come within 100 ns. Who falls asleep takes itself off, and
  /// who calls reads it: seq_cst, see "falling asleep"; elsewhere relaxed, an advice.
  atomic<std::size_t> lingering_{0};

  /// Bit i: place i is in use. Changed by RMW, acquire/release: hands over the place.
  alignas(cache_line) atomic<std::uint64_t> places_{0};
  /// Tickets that are called and have not come yet. Relaxed: an advice.
  atomic<std::size_t> coming_{0};
  /// Tickets ever started. Relaxed: grows only.
  atomic<std::size_t> started_{0};
  /// When a helper last had work, nanoseconds of the clock. Written by callers whose maps end, and
  /// by helpers that fall asleep: relaxed, a statistic.
  atomic<double> last_active_{0.0};
  /// Smoothed time between a map's end and the next one's beginning: relaxed, a statistic.
  atomic<double> usual_gap_{1e9};
  /// The main back end has failed for good / a child was forked in mid-map / no thread was to be
  /// had at that time of the clock. Relaxed: advice, checked again by start().
  atomic<bool> main_failed_{false};
  atomic<bool> forked_{false};
  atomic<double> no_threads_until_{0.0};

  std::array<shared_map, most_maps> maps_{};
  std::array<ticket, most_helpers> tickets_{};
};

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
