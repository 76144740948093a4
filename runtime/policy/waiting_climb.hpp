// Do the items wait, for a disk, a server, a timer? Then more workers than CPUs are right, as many
// as raise the rate.
//
// Wall time far above CPU time has several causes. A preempted worker or one whose core was stolen
// did not give its CPU up of its own accord: the system counts that apart. Who waits for a lock
// did, but its items take the longer the more workers there are, and so do those of a server that
// is at its limit: the rate tells, so every step has to prove itself. Thread safety:
// thread-compatible.
#pragma once

#include "runtime/policy/chunk_sample.hpp"
#include "runtime/policy/decision.hpp"
#include "runtime/policy/units.hpp"

#include <algorithm>
#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Only items from this cost on are asked whether they wait: what blocks costs as much, and asking
/// the system costs half a microsecond.
inline constexpr nanoseconds waiting_item{50e3};
/// So often at most a worker asks.
inline constexpr nanoseconds usage_interval{200e3};
/// Workers that ask, by their seats: a thousand that did would wait for each other.
inline constexpr std::size_t asking_workers = 16;

/// Workers of a map whose items wait, unless max_jobs says otherwise: servers do not like to be
/// asked by thousands at once.
inline constexpr std::size_t waiting_ceiling = 64;
inline constexpr std::size_t waiting_ceiling_per_cpu = 4;
[[nodiscard]] constexpr std::size_t default_waiting_ceiling(std::size_t cpus) noexcept {
  return std::max(waiting_ceiling, waiting_ceiling_per_cpu * cpus);
}

/// Did these items wait, of their own accord? False when the system did not say. Pure.
[[nodiscard]] bool is_waiting(const usage_sample& seen) noexcept;

/// Workers that keep `cpus` busy with such items even when their waits collide: twice cpus x wall /
/// CPU time; at most `most`. Pure.
[[nodiscard]] std::size_t workers_to_fill(const usage_sample& seen,
                                          std::size_t cpus,
                                          std::size_t most) noexcept;

class waiting_climb {
 public:
  /// How many workers there may be.
  struct bounds {
    std::size_t cpus = 1;  ///< that compute
    std::size_t most = 1;  ///< that wait
  };
  struct advice {
    std::size_t n_jobs = 1;
    reason_code reason = reason_code::none;  ///< none: nothing changes
  };

  /// What the caller's items used while it worked alone says that they wait: how many workers to
  /// begin with. reason none: they do not. `items`: left.
  [[nodiscard]] advice begin(const usage_sample& alone,
                             std::size_t items,
                             const bounds& within) noexcept;

  /// One beat of a map with n_jobs workers. Advises more, fewer, or one: the workers wait for each
  /// other, by a lock. cost_alone: of an item when nobody else ran; 0 = not
  /// known. O(1).
  [[nodiscard]] advice observe(const beat_sample& sample,
                               std::size_t n_jobs,
                               nanoseconds cost_alone,
                               const bounds& within) noexcept;

  /// There may be no more than so many from now on, by a decision of others.
  void bound(std::size_t n_jobs, const bounds& within) noexcept;
  /// Are more workers in force than the CPUs would get?
  [[nodiscard]] bool is_active() const noexcept { return state_ != state::watching; }
  /// Have items been seen to wait, for whatever it was?
  [[nodiscard]] bool has_waited() const noexcept { return has_waited_; }
  /// Of the items' time, 0 = nothing is known.
  [[nodiscard]] double waiting_fraction() const noexcept { return fraction_; }
  /// Items per nanosecond now / before the first step; 0 = not measured.
  [[nodiscard]] double gain() const noexcept { return gain_; }

 private:
  enum class state {
    watching,  ///< as many workers as the CPUs get; do the items wait?
    climbing,  ///< more have been asked for; is the rate as much higher?
    settled,   ///< more do not help, or there may be no more
  };

  [[nodiscard]] advice watch(const beat_sample& sample,
                             std::size_t n_jobs,
                             nanoseconds cost_alone,
                             const bounds& within) noexcept;
  [[nodiscard]] advice judge_inflation(nanoseconds now,
                                       std::size_t present,
                                       nanoseconds cost_alone) noexcept;
  [[nodiscard]] advice climb(const beat_sample& sample, const bounds& within) noexcept;
  [[nodiscard]] advice settle(const beat_sample& sample, const bounds& within) noexcept;
  [[nodiscard]] advice step(std::size_t items, const bounds& within) noexcept;
  [[nodiscard]] advice give_up(nanoseconds now, reason_code why, const bounds& within) noexcept;
  [[nodiscard]] bool is_arriving(const beat_sample& sample) noexcept;
  void refill(const usage_sample& seen, const bounds& within) noexcept;
  void gather(const beat_sample& sample) noexcept;
  void enter(state next) noexcept;

  state state_ = state::watching;
  std::size_t n_jobs_ = 1;         ///< in force
  std::size_t n_jobs_before_ = 1;  ///< with whom rate_before_ was reached
  double rate_before_ = 0.0;
  double rate_first_ = 0.0;  ///< before the first step
  std::size_t fill_ = 1;     ///< more are of no use, by the CPU time of the items
  nanoseconds latency_{0};   ///< an item's time before the first step
  double fraction_ = 0.0;
  bool has_waited_ = false;
  double gain_ = 0.0;
  beat_sample gathered_{};   ///< since the last step, or the last judgement
  std::size_t present_ = 0;  ///< most workers seen since the last step
  bool arriving_ = true;
  nanoseconds arrived_at_{0};  ///< no beat that began earlier says anything
  nanoseconds retry_at_{0};
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
