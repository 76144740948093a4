#include "runtime/policy/throughput_climb.hpp"

#include <algorithm>
#include <cmath>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// A rate from fewer items per worker says more about the items than about the workers: with files
/// to compress, two per worker shed a helper that doubled the rate. Items so long that this takes
/// time hinder each other little: what a contended lock costs is paid per item.
inline constexpr std::size_t items_to_judge_a_worker = 8;
/// After a comparison that found the helpers useful, no other one for this many times its length;
/// after one that hardly did, fewer.
inline constexpr double quiet_beats = 50.0;
inline constexpr double doubtful_beats = 5.0;
inline constexpr double clear_gain = 1.25;
/// So far below the rate alone, right after that was measured, no comparison is needed.
inline constexpr double clear_loss = 0.8;
/// So far above the ideal k-fold rate, it is the rate alone that is wrong.
inline constexpr double implausible_gain = 1.5;
/// Measuring it anew is worth the beat it takes only in a map that goes on for so many.
inline constexpr double beats_to_profit = 20.0;

/// What all workers got done together. By the beat's own length: a worker that waits for a lock in
/// the middle of a chunk has not told its time yet, but it has not done its items either.
double rate_together(const beat_sample& seen) noexcept {
  const double wall = sane(seen.wall).count();
  return wall > 0.0 ? static_cast<double>(seen.items) / wall : seen.rate;
}

}  // namespace

nanoseconds beat_length(nanoseconds elapsed) noexcept {
  return std::max(shortest_beat, sane(elapsed) * beat_fraction);
}

void throughput_climb::start(std::size_t n_jobs, double rate_alone, nanoseconds now) noexcept {
  n_jobs_ = n_jobs;
  rate_alone_ = rate_alone;
  quiet_until_ = now;
  enter(state::watching);
}

void throughput_climb::enter(state next) noexcept {
  state_ = next;
  gathered_ = {};
  mixed_ = true;
  retrying_ = false;
}

/// Sums samples until they carry a judgement. Rates are weighted by busy time.
beat_sample throughput_climb::gather(const beat_sample& sample) noexcept {
  const nanoseconds before = gathered_.busy;
  const nanoseconds busy = sane(sample.busy);
  if (before + busy > nanoseconds{0}) {
    gathered_.rate =
        (gathered_.rate * before.count() + sample.rate * busy.count()) / (before + busy).count();
  }
  gathered_.items += sample.items;
  gathered_.busy += busy;
  gathered_.wall += sane(sample.wall);
  gathered_.workers = std::max(gathered_.workers, sample.workers);
  gathered_.items_left = sample.items_left;
  gathered_.finished = sample.finished;
  return gathered_;
}

throughput_climb::advice throughput_climb::observe(const beat_sample& sample) noexcept {
  if (sample.items == 0 || !(sample.rate > 0.0) || !std::isfinite(sample.rate)) {
    return {};
  }
  switch (state_) {
    case state::watching:
      return watch(sample);
    case state::comparing:
      return compare(sample);
    case state::fewer:
      return compare_fewer(sample);
    case state::shed:
      return wait_for_retry(sample);
  }
  return {};
}

throughput_climb::advice throughput_climb::watch(const beat_sample& sample) noexcept {
  if (mixed_ && sample.workers < 2) {
    return {};  // nobody has come yet
  }
  const beat_sample seen = gather(sample);
  if (seen.workers < 2 || seen.items < items_to_judge_a_worker * seen.workers) {
    return {};
  }
  gathered_ = {};
  rate_shared_ = rate_together(seen);
  ratio_ = rate_alone_ > 0.0 ? rate_shared_ / rate_alone_ : static_cast<double>(seen.workers);
  if (mixed_) {
    // The helpers came in the middle of this beat. Only a clear hindrance shows through that.
    mixed_ = false;
    if (ratio_ >= clear_loss) {
      return {};
    }
  }
  if (seen.finished < quiet_until_) {
    return {};
  }
  const nanoseconds left{static_cast<double>(seen.items_left) / rate_shared_};
  if (ratio_ > implausible_gain * static_cast<double>(n_jobs_) &&
      left > beat_length(seen.finished) * beats_to_profit) {
    enter(state::comparing);
    return {1, reason_code::trying_alone};
  }
  if (ratio_ < worthwhile_gain) {
    if (retrying_ && ratio_ < clear_loss) {
      return shed(seen.finished);
    }
    enter(state::comparing);
    return {1, reason_code::trying_alone};
  }
  if (retrying_) {
    retrying_ = false;
    return {n_jobs_, reason_code::costs_changed};  // they do help now
  }
  if (n_jobs_ > 2 && seen.workers == n_jobs_ &&
      ratio_ < poor_efficiency * static_cast<double>(n_jobs_)) {
    n_jobs_fewer_ = std::max<std::size_t>(2, static_cast<std::size_t>(std::lround(ratio_)) + 1);
    if (n_jobs_fewer_ < n_jobs_) {
      enter(state::fewer);
      return {n_jobs_fewer_, reason_code::fewer_help_as_much};
    }
  }
  return {};
}

throughput_climb::advice throughput_climb::compare(const beat_sample& sample) noexcept {
  if (sample.workers > 1) {
    return {};  // a helper's last chunk lies in this beat
  }
  const beat_sample seen = gather(sample);
  if (seen.items < items_to_judge_a_worker) {
    return {};
  }
  rate_alone_ = seen.rate;
  compared_rate_ = seen.rate;
  ratio_ = rate_shared_ / rate_alone_;
  if (ratio_ >= worthwhile_gain) {
    quiet_until_ = seen.finished + beat_length(seen.finished) *
                                       (ratio_ >= clear_gain ? quiet_beats : doubtful_beats);
    enter(state::watching);
    return {n_jobs_, reason_code::costs_changed};
  }
  return shed(seen.finished);
}

throughput_climb::advice throughput_climb::shed(nanoseconds now) noexcept {
  retry_at_ = now + std::max(first_retry, now);
  quiet_until_ = now + beat_length(now) * quiet_beats;
  enter(state::shed);
  return {1, reason_code::no_speedup};
}

throughput_climb::advice throughput_climb::compare_fewer(const beat_sample& sample) noexcept {
  if (sample.workers > n_jobs_fewer_) {
    return {};
  }
  const beat_sample seen = gather(sample);
  if (seen.items < items_to_judge_a_worker * seen.workers) {
    return {};
  }
  quiet_until_ = seen.finished + beat_length(seen.finished) * quiet_beats;
  enter(state::watching);
  if (rate_together(seen) * worthwhile_gain >= rate_shared_) {
    n_jobs_ = n_jobs_fewer_;
    return {n_jobs_, reason_code::fewer_help_as_much};
  }
  return {n_jobs_, reason_code::costs_changed};
}

throughput_climb::advice throughput_climb::wait_for_retry(const beat_sample& seen) noexcept {
  const bool moved =
      seen.rate > rate_alone_ * changed_rate || seen.rate * changed_rate < rate_alone_;
  if (seen.finished < retry_at_ && !(moved && seen.finished >= quiet_until_)) {
    return {};
  }
  rate_alone_ = seen.rate;
  quiet_until_ = seen.finished;
  enter(state::watching);
  retrying_ = true;
  return {n_jobs_, reason_code::trying_again};
}

void throughput_climb::postpone(nanoseconds now) noexcept {
  static_cast<void>(shed(now));
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
