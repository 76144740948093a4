// Do the workers really help? Sheds those that do not, tries again later, tells contention from a
// cost that has risen.
//
// A lock in the callable, false sharing or a saturated memory bus cannot be seen in advance: only
// the rate with helpers against the rate alone tells. A low rate has two possible causes, so it is
// never believed by itself: the helpers leave for one beat, and what the caller then reaches alone
// decides. Items at different places of the input may cost anything, so the caller then works in
// its own range and in that of one helper by turns: each place is compared with itself.
// Thread safety: thread-compatible.
#pragma once

#include "runtime/policy/chunk_sample.hpp"
#include "runtime/policy/decision.hpp"
#include "runtime/policy/units.hpp"

#include <cstddef>
#include <optional>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Helpers must raise the rate by this factor at least, or they only burn the machine.
inline constexpr double worthwhile_gain = 1.02;
/// And beyond doubt from this one.
inline constexpr double clear_gain = 1.25;
/// Below this share of the ideal k-fold rate, fewer workers are tried.
inline constexpr double poor_efficiency = 0.5;
/// A beat lasts this long, or this fraction of the elapsed time if that is more: what a comparison
/// costs stays in proportion to the map.
inline constexpr nanoseconds shortest_beat{100e3};
inline constexpr double beat_fraction = 0.02;
/// First retry after helpers were shed; later ones double with the elapsed time.
inline constexpr nanoseconds first_retry{5e6};
/// First try in a map whose site remembers that helpers were of no use: a trial may cost half a
/// millisecond.
inline constexpr nanoseconds first_retry_at_site{20e6};
/// No comparison before, in a map whose site remembers that helpers were of use.
inline constexpr nanoseconds trusted_for{1e6};
/// When the rate alone changes by this factor, what was learnt about helpers no longer holds.
inline constexpr double changed_rate = 2.0;

[[nodiscard]] nanoseconds beat_length(nanoseconds elapsed) noexcept;

class throughput_climb {
 public:
  struct advice {
    std::size_t n_jobs = 1;
    reason_code reason = reason_code::none;  ///< none: nothing changes
  };

  /// Before anything else. Helpers have been asked for. rate_alone: items per nanosecond before.
  /// chunk: how long a whole one takes; who is sent away ends his first. most: more are there, of
  /// whom nobody knows whether they help; 0 = no more. trusted: no comparison for so long.
  void start(std::size_t n_jobs,
             double rate_alone,
             nanoseconds now,
             nanoseconds chunk = nanoseconds{0},
             std::size_t most = 0,
             nanoseconds trusted = nanoseconds{0}) noexcept;

  /// One beat. n_jobs of the advice is what should be in force from now on. O(1).
  [[nodiscard]] advice observe(const beat_sample& sample) noexcept;

  /// A retry advised by observe() is not worth its wake now: goes on alone, asks again later.
  void postpone(nanoseconds now) noexcept;

  /// Are workers away, to see what it is like without them?
  [[nodiscard]] bool is_trying() const noexcept {
    return state_ == state::comparing || state_ == state::fewer;
  }
  /// Were fewer workers than asked for found to be as good?
  [[nodiscard]] bool is_reduced() const noexcept { return n_jobs_ < n_jobs_most_; }
  /// Rate with helpers / rate alone, as last measured; 0 = not yet.
  [[nodiscard]] double measured_ratio() const noexcept { return ratio_; }
  /// Items per nanosecond of one worker alone, as last measured.
  [[nodiscard]] double rate_alone() const noexcept { return rate_alone_; }
  /// The same, but only from beats in which helpers were sent away; 0 = there was none.
  [[nodiscard]] double compared_rate() const noexcept { return compared_rate_; }
  /// Did the newest comparison with the rate alone find the helpers to be of no use?
  [[nodiscard]] bool is_shed() const noexcept { return state_ == state::shed; }

 private:
  enum class state {
    watching,   ///< n_jobs_ workers run; is the rate above the one alone?
    comparing,  ///< helpers sent away for a beat to measure the rate alone
    fewer,      ///< fewer workers run for a beat: do they reach the same?
    shed,       ///< alone until retry_at_
  };

  [[nodiscard]] advice watch(const beat_sample& seen) noexcept;
  [[nodiscard]] bool is_brief(const beat_sample& seen) const noexcept;
  [[nodiscard]] advice try_alone(const beat_sample& seen) noexcept;
  [[nodiscard]] advice compare(const beat_sample& seen) noexcept;
  [[nodiscard]] advice compare_fewer(const beat_sample& seen) noexcept;
  void remember_together(const beat_sample& sample) noexcept;
  [[nodiscard]] bool is_arriving(const beat_sample& seen) noexcept;
  [[nodiscard]] double gain_by_caller(const beat_sample& seen) const noexcept;
  [[nodiscard]] double gain_by_place(const beat_sample& alone) const noexcept;
  [[nodiscard]] advice wait_for_retry(const beat_sample& seen) noexcept;
  [[nodiscard]] bool is_leaving(const beat_sample& seen, std::size_t staying) noexcept;
  [[nodiscard]] beat_sample gather(const beat_sample& sample) noexcept;
  [[nodiscard]] advice shed(nanoseconds now) noexcept;
  void enter(state next) noexcept;

  state state_ = state::watching;
  std::size_t n_jobs_ = 1;        ///< with helpers
  std::size_t n_jobs_most_ = 0;   ///< with helpers, as asked for; 0 = not started
  std::size_t n_jobs_fewer_ = 1;  ///< on trial
  nanoseconds chunk_{0};
  double rate_alone_ =
      0.0;  ///< by the caller's time inside the callable, nested maps' work included
  double compared_rate_ = 0.0;
  double rate_shared_ = 0.0;  ///< the one in doubt
  double ratio_ = 0.0;
  // Empty until the first beat: most maps see none, and would pay for zeros (0.1 us in all).
  std::optional<beat_sample> gathered_;  ///< samples too small to judge by, summed up
  std::optional<beat_sample> together_;  ///< the newest beats with helpers
  int beats_leaving_ = 0;                ///< of this comparison, while somebody had not left yet
  int beats_alone_ = 0;         ///< of this comparison, that spoke against those who are away
  int beats_against_ = 0;       ///< that spoke for them
  std::size_t arrived_ = 0;     ///< most workers seen in a beat since helpers were asked for
  nanoseconds retry_at_{0};     ///< when helpers, or more of them, are tried again
  nanoseconds quiet_until_{0};  ///< no comparison before: bounds what comparing costs
  bool arriving_ = true;        ///< helpers may still be on their way
  bool mixed_ = true;           ///< no beat yet in which all helpers ran from its beginning
  nanoseconds recheck_at_{0};   ///< the newest comparison was in doubt; 0 = it was not
  bool untried_ = false;        ///< more than n_jobs_ have not been tried yet
  bool retrying_ = false;       ///< rate_alone_ was measured just before the helpers came
  bool retrying_more_ = false;  ///< n_jobs_fewer_ ran before; they are compared with once more
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
