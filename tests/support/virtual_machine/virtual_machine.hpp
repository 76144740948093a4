// A discrete-event machine: threads are fibers, time is a number, and whoever has the earliest next
// moment runs. Production code compiled with simulated_atomics.hpp runs on it unchanged, the same
// way each time the same seed is given.
//
// Time passes only where something is charged: work (advance), atomics (through memory_model),
// readings of the clock, wake-ups. Between two charges a thread runs without interruption, as
// between two scheduling points of a model checker. What is charged for what nobody else notices (a
// line of one's own, the clock) lets others run only once it adds up to `most_ahead`. Thread
// safety: one machine at a time, all of it on one thread.
#pragma once

#include "runtime/clock.hpp"
#include "runtime/executor/thread_standing.hpp"
#include "runtime/policy/memory_ceiling.hpp"
#include "tests/support/virtual_machine/fiber.hpp"
#include "tests/support/virtual_machine/machine_model.hpp"
#include "tests/support/virtual_machine/memory_model.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <unordered_map>
#include <vector>

namespace amorsize_tests {

/// What happened, counted. For budgets: none of it depends on the speed of any real machine.
struct machine_counts {
  std::uint64_t wakes = 0;  ///< helpers called
  std::uint64_t clock_readings = 0;
  std::uint64_t modifications = 0;  ///< atomic read-modify-writes
  std::uint64_t sleeps = 0;         ///< threads that blocked on a word
  std::uint64_t lost = 0;           ///< helpers called that never come
  std::uint64_t late = 0;           ///< that come late
};

class virtual_machine final : public amorsize::clock {
 public:
  using thread_id = std::size_t;
  static constexpr thread_id main_thread = 0;
  /// So far may a thread be ahead of the others: less than a line takes from one to another.
  static constexpr nanoseconds most_ahead{50};

  virtual_machine(const machine_model& model, std::uint64_t seed);
  virtual_machine(const virtual_machine&) = delete;
  virtual_machine& operator=(const virtual_machine&) = delete;
  ~virtual_machine();

  /// The machine that exists; null when there is none: then nothing is charged.
  [[nodiscard]] static virtual_machine* running() noexcept;

  // --- time

  /// A reading of the clock by the running thread: costs what one costs, errs as it may.
  [[nodiscard]] nanoseconds now() const noexcept override;
  /// The true time. Free.
  [[nodiscard]] nanoseconds exact_now() const noexcept { return now_ + ahead_; }
  /// The running thread works for so long, at the speed of its worker and unless it is stalled.
  void advance(nanoseconds work);
  /// As advance, on whatever CPU is free next: there may be more threads than CPUs.
  void compute(nanoseconds work);
  /// What the running thread has used. Costs what a system call costs.
  [[nodiscard]] amorsize::thread_usage usage() const noexcept override;
  /// What all running items take, and the most they took at the same time.
  [[nodiscard]] amorsize::policy::memory_reading memory_in_use() const noexcept;
  /// Workers that may be used now.
  [[nodiscard]] std::size_t usable_workers() const noexcept;
  /// Bytes that are left to items now, altogether; 0 = nobody knows.
  [[nodiscard]] double memory_available() const noexcept;
  /// An item of the map, as its waiting_model says.
  void run_item(nanoseconds cost);
  /// The running thread does nothing until then; nor does a stall matter.
  void sleep_for(nanoseconds time);
  /// Main thread only: until no other thread has anything left to do.
  void drain();

  // --- threads

  /// A new thread, parked. entry runs each time it is woken, from its beginning to its end.
  /// worker: whose speed and stalls it has.
  [[nodiscard]] thread_id make_thread(std::size_t worker, std::function<void()> entry);
  /// Lets a parked thread run from then on.
  void wake_at(thread_id thread, nanoseconds when);

  // --- memory, for simulated_atomics.hpp

  void charge_load(const void* at);
  void charge_store(const void* at);
  void charge_modify(const void* at);
  void charge_pause() { advance(model_.pause); }
  /// Blocks the running thread until notify_all(at).
  void wait_on(const void* at);
  void notify_all(const void* at);

  // --- chance

  /// Uniform in [0, 1).
  [[nodiscard]] double chance() { return uniform_(random_); }
  /// `value`, off by up to a fraction either way.
  [[nodiscard]] nanoseconds jittered(nanoseconds value, double fraction);

  [[nodiscard]] const machine_model& model() const noexcept { return model_; }
  [[nodiscard]] machine_counts& counts() noexcept { return counts_; }

 private:
  struct thread {
    std::unique_ptr<fiber> stack;
    std::size_t worker = 0;
    // What production code keeps per thread; put back when the thread goes on.
    amorsize::executor::thread_standing standing{};
    double nested_work = 0.0;
    nanoseconds cpu{0};
    std::uint64_t waits = 0;
    double touched = 0.0;  ///< bytes
    bool runs = false;     ///< or spins, and needs a CPU either way
  };
  struct moment {
    nanoseconds when;
    std::uint64_t order;  ///< first come, first served at the same time
    thread_id who;
    [[nodiscard]] bool operator<(const moment& other) const noexcept {
      return when != other.when ? when > other.when : order > other.order;
    }
  };

  /// When `work` begun now ends on the running thread's worker.
  [[nodiscard]] nanoseconds end_of(nanoseconds work) const;
  /// Of the running thread's worker now, by what it is and who else runs.
  [[nodiscard]] double speed() const noexcept;
  void set_runs(thread& which, bool runs) noexcept;
  /// As advance, for work that nobody else notices.
  void advance_unnoticed(nanoseconds work);
  /// An access to memory lasts until then.
  void charge_until(nanoseconds ends);
  void continue_at(nanoseconds when);
  /// Lets the thread with the earliest moment run.
  void run_next();
  void switch_to(thread_id next);

  machine_model model_;
  memory_model memory_;
  nanoseconds now_{0};
  nanoseconds ahead_{0};  ///< of the running thread: what it has been charged unnoticed
  std::uint64_t order_ = 0;
  std::priority_queue<moment> moments_;
  std::deque<thread> threads_;
  std::size_t running_ = 0;            ///< threads that need a CPU
  std::vector<nanoseconds> cpu_free_;  ///< when each CPU is done with what compute() gave it
  double bytes_ = 0.0;
  double most_bytes_ = 0.0;
  std::size_t slots_taken_ = 0;  ///< of waiting_model::at_once
  thread_id current_ = main_thread;
  std::unordered_map<const void*, std::vector<thread_id>> waiting_;
  mutable std::mt19937_64 random_;
  mutable std::uniform_real_distribution<double> uniform_{0.0, 1.0};
  mutable machine_counts counts_{};
};

}  // namespace amorsize_tests
