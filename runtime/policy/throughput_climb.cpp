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
/// So far below the rate alone, even a beat in the middle of which the helpers came is worth a
/// comparison.
inline constexpr double clear_loss = 0.8;
/// Of the relief that workers feel when they are fewer and the sum of their work stays the same.
inline constexpr double clear_relief = 0.75;
/// So far above the ideal k-fold rate, it is the rate alone that is wrong.
inline constexpr double implausible_gain = 1.5;
/// Measuring it anew is worth the beat it takes only in a map that goes on for so many, and with so
/// few workers; else the rate alone is taken to be its share of the rate together.
inline constexpr double beats_to_profit = 20.0;
inline constexpr std::size_t few_workers = 4;
/// A verdict that helpers are of no use is confirmed by a second beat alone: if it is right that
/// costs nothing, and if it was chance the helpers are back at once instead of in some
/// milliseconds.
inline constexpr int beats_before_shedding = 2;
/// A comparison needs this many items at each of two places. Where they are so long that it would
/// take more than this fraction of the elapsed time (and more than a beat) there is none: what a
/// contended lock costs is paid per item, and long items are few.
inline constexpr std::size_t items_to_compare_a_place = 4;
inline constexpr double comparison_fraction = 0.05;

/// Who has been sent away leaves at the end of his chunk, and is not waited for longer than this: a
/// frozen one may take for ever.
inline constexpr int most_beats_leaving = 16;

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

void throughput_climb::start(std::size_t n_jobs,
                             double rate_alone,
                             nanoseconds now,
                             nanoseconds chunk,
                             std::size_t most,
                             nanoseconds trusted) noexcept {
  n_jobs_ = n_jobs;
  n_jobs_most_ = std::max(n_jobs, most);
  untried_ = n_jobs_most_ > n_jobs;
  retry_at_ = untried_ ? now : retry_at_;
  rate_alone_ = rate_alone;
  chunk_ = sane(chunk);
  quiet_until_ = now + sane(trusted);
  enter(state::watching);
}

void throughput_climb::enter(state next) noexcept {
  state_ = next;
  gathered_.reset();
  beats_leaving_ = 0;
  beats_alone_ = 0;
  beats_against_ = 0;
  arrived_ = 0;
  arriving_ = true;
  mixed_ = true;
  retrying_ = false;
  retrying_more_ = false;
}

/// Sums samples until they carry a judgement. Rates are weighted by busy time.
beat_sample throughput_climb::gather(const beat_sample& sample) noexcept {
  if (!gathered_) {
    gathered_.emplace();
  }
  const nanoseconds before = gathered_->busy;
  const nanoseconds busy = sane(sample.busy);
  if (before + busy > nanoseconds{0}) {
    gathered_->rate =
        (gathered_->rate * before.count() + sample.rate * busy.count()) / (before + busy).count();
  }
  gathered_->items += sample.items;
  gathered_->busy += busy;
  gathered_->wall += sane(sample.wall);
  gathered_->workers = std::max(gathered_->workers, sample.workers);
  gathered_->caller.items += sample.caller.items;
  gathered_->caller.busy += sane(sample.caller.busy);
  gathered_->peer.items += sample.peer.items;
  gathered_->peer.busy += sane(sample.peer.busy);
  gathered_->items_left = sample.items_left;
  gathered_->finished = sample.finished;
  return *gathered_;
}

throughput_climb::advice throughput_climb::observe(const beat_sample& sample) noexcept {
  if (sample.items == 0 || !(sample.rate > 0.0) || !std::isfinite(sample.rate)) {
    return {};
  }
  if (!together_) {
    together_.emplace();
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

/// Many helpers take many beats to come. Until no more do, a rate says nothing about them.
bool throughput_climb::is_arriving(const beat_sample& seen) noexcept {
  if (!arriving_) {
    return false;
  }
  const bool more = seen.workers > arrived_;
  arrived_ = std::max(arrived_, seen.workers);
  arriving_ = arrived_ < 2 || (more && arrived_ < n_jobs_);
  return arriving_;
}

throughput_climb::advice throughput_climb::watch(const beat_sample& sample) noexcept {
  if (is_arriving(sample)) {
    return {};
  }
  if (sample.workers > 1) {
    remember_together(sample);
  }
  const beat_sample seen = gather(sample);
  if (seen.workers < 2 || seen.items < items_to_judge_a_worker * seen.workers) {
    return {};
  }
  gathered_.reset();
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
  const bool is_long = left > beat_length(seen.finished) * beats_to_profit;
  if (n_jobs_ < n_jobs_most_ && seen.finished >= retry_at_ && (is_long || !untried_)) {
    const reason_code why = untried_ ? reason_code::trying_siblings : reason_code::trying_again;
    untried_ = false;
    n_jobs_fewer_ = n_jobs_;  // do more help by now?
    n_jobs_ = n_jobs_most_;
    enter(state::watching);
    retrying_more_ = true;
    return {n_jobs_, why};
  }
  if (retrying_more_ && seen.workers <= n_jobs_fewer_) {
    // More were not to be had. It stays as it was.
    n_jobs_ = n_jobs_fewer_;
    retry_at_ = seen.finished + std::max(first_retry, seen.finished);
    enter(state::watching);
    return {n_jobs_, reason_code::fewer_help_as_much};
  }
  if (retrying_more_) {
    if (!is_brief(seen)) {
      return {};  // until such a comparison is a small part of the map
    }
    enter(state::fewer);
    return {n_jobs_fewer_, reason_code::fewer_help_as_much};
  }
  const double ideal = static_cast<double>(n_jobs_);
  if (ratio_ > implausible_gain * ideal) {
    if (n_jobs_ <= few_workers && is_long) {
      return try_alone(seen);
    }
    rate_alone_ = rate_shared_ / ideal;
    ratio_ = ideal;
    return {};
  }
  if (const double gain = gain_by_caller(seen); gain > ratio_) {
    ratio_ = gain;  // of this beat only: it may be the caller whom an unfair lock favours
  }
  const bool in_doubt = recheck_at_.count() > 0.0 && seen.finished >= recheck_at_ && is_long;
  if (ratio_ < worthwhile_gain || in_doubt) {
    const advice trial = try_alone(seen);
    recheck_at_ = trial.reason == reason_code::none ? recheck_at_ : nanoseconds{0};
    return trial;
  }
  if (retrying_) {
    retrying_ = false;
    return {n_jobs_, reason_code::costs_changed};  // they do help now
  }
  if (n_jobs_ > 2 && seen.workers == n_jobs_ && ratio_ < poor_efficiency * ideal && is_long &&
      is_brief(seen)) {
    // By half at a time: if all were needed, no more than half of a beat is lost.
    n_jobs_fewer_ =
        std::max({std::size_t{2}, n_jobs_ / 2, static_cast<std::size_t>(std::lround(ratio_)) + 1});
    if (n_jobs_fewer_ < n_jobs_) {
      enter(state::fewer);
      return {n_jobs_fewer_, reason_code::fewer_help_as_much};
    }
  }
  return {};
}

/// Older beats fade by half each: items of random cost need many to be compared by, and those of a
/// cost that drifts need them to be near.
void throughput_climb::remember_together(const beat_sample& sample) noexcept {
  const auto add = [](work_sample& to, const work_sample& more) noexcept {
    to.items = to.items / 2 + more.items;
    to.busy = to.busy / 2.0 + sane(more.busy);
  };
  add(together_->caller, sample.caller);
  add(together_->peer, sample.peer);
  together_->busy = together_->busy / 2.0 + sane(sample.busy);
  together_->wall = together_->wall / 2.0 + sane(sample.wall);
}

/// Whatever makes helpers useless slows the caller down by their number, too. If it has become
/// slower by much less, at a place next to that where it worked alone, it is the items of other
/// places that are dearer. 0: of few workers that says nothing.
double throughput_climb::gain_by_caller(const beat_sample& seen) const noexcept {
  if (seen.workers <= few_workers || seen.caller.items < items_to_compare_a_place) {
    return 0.0;
  }
  const double slowed = seen.caller.cost().count() * rate_alone_;
  const double gain = static_cast<double>(seen.workers) / std::max(1.0, slowed);
  return gain >= static_cast<double>(few_workers) ? gain : 0.0;
}

/// Is what a comparison takes, eight items of each worker, a small part of the map so far?
bool throughput_climb::is_brief(const beat_sample& seen) const noexcept {
  const nanoseconds cost = together_->caller.items > 0
                               ? together_->caller.cost()
                               : sane(seen.busy) / static_cast<double>(seen.items);
  const nanoseconds length = chunk_ + cost * static_cast<double>(2 * items_to_compare_a_place);
  return length <= std::max(beat_length(seen.finished), seen.finished * comparison_fraction);
}

throughput_climb::advice throughput_climb::try_alone(const beat_sample& seen) noexcept {
  if (!is_brief(seen)) {
    return {};
  }
  enter(state::comparing);
  return {1, reason_code::trying_alone};
}

/// The serial time of what was done in the newest beat with helpers / its length: the caller's
/// items cost what they cost it now, alone and at the same place; the helpers' were slowed down as
/// one helper's were. 0: one of the places could not be compared.
double throughput_climb::gain_by_place(const beat_sample& alone) const noexcept {
  const nanoseconds wall = sane(together_->wall);
  if (together_->caller.items == 0 || !(together_->caller.busy.count() > 0.0) ||
      !(wall.count() > 0.0) || alone.caller.items < items_to_compare_a_place ||
      alone.peer.items < items_to_compare_a_place) {
    return 0.0;
  }
  double work = alone.caller.cost().count() * static_cast<double>(together_->caller.items);
  if (together_->peer.items > 0 && together_->peer.busy.count() > 0.0) {
    const double slowed = together_->peer.cost() / alone.peer.cost();
    work += sane(together_->busy - together_->caller.busy).count() / slowed;
  }
  return std::min(work / wall.count(), static_cast<double>(n_jobs_));
}

/// Are workers who have been sent away still there, at work or waiting for a lock in their last
/// chunk? One that ends is told with the beat in which it does.
bool throughput_climb::is_leaving(const beat_sample& seen, std::size_t staying) noexcept {
  if (seen.workers > staying) {
    return true;
  }
  return seen.present > staying && ++beats_leaving_ <= most_beats_leaving;
}

throughput_climb::advice throughput_climb::compare(const beat_sample& sample) noexcept {
  if (is_leaving(sample, 1)) {
    return {};
  }
  const beat_sample seen = gather(sample);
  const bool both =
      seen.caller.items >= items_to_compare_a_place && seen.peer.items >= items_to_compare_a_place;
  if (!both && seen.items < items_to_judge_a_worker) {
    return {};
  }
  compared_rate_ = seen.rate;
  if (const double gain = gain_by_place(seen); gain > 0.0) {
    ratio_ = gain;
    rate_alone_ = rate_shared_ / gain;
  } else {
    rate_alone_ = seen.rate;
    ratio_ = rate_shared_ / rate_alone_;
  }
  if (ratio_ < worthwhile_gain && ++beats_alone_ < beats_before_shedding) {
    return {};
  }
  if (ratio_ >= worthwhile_gain) {
    quiet_until_ = seen.finished + beat_length(seen.finished) *
                                       (ratio_ >= clear_gain ? quiet_beats : doubtful_beats);
    // A small gain may have been chance, and nothing else would ever ask again.
    recheck_at_ = ratio_ >= clear_gain ? nanoseconds{0} : seen.finished * 2.0 + first_retry;
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
  if (is_leaving(sample, n_jobs_fewer_)) {
    return {};
  }
  const beat_sample seen = gather(sample);
  if (seen.items < items_to_judge_a_worker * seen.workers) {
    return {};
  }
  // As many items a second, and not because they became cheaper: the caller's own, in one place,
  // must take as much less time as there are fewer workers.
  const double fewer = static_cast<double>(n_jobs_) / static_cast<double>(n_jobs_fewer_);
  const bool comparable =
      together_->caller.items > 0 && seen.caller.items > 0 && seen.caller.busy.count() > 0.0;
  const double relief = comparable ? together_->caller.cost() / seen.caller.cost() : fewer;
  const bool as_good =
      rate_together(seen) * worthwhile_gain >= rate_shared_ && relief >= fewer * clear_relief;
  // Both verdicts need two beats, unless it is clear: the caller's first chunk may have begun when
  // the others were still there.
  const bool is_clear = rate_together(seen) * clear_gain < rate_shared_;
  beats_alone_ += as_good ? 1 : 0;
  beats_against_ += as_good ? 0 : 1;
  if (!is_clear && std::max(beats_alone_, beats_against_) < beats_before_shedding) {
    gathered_.reset();
    return {};
  }
  quiet_until_ = seen.finished + beat_length(seen.finished) * quiet_beats;
  enter(state::watching);
  if (as_good) {
    n_jobs_ = n_jobs_fewer_;
    retry_at_ = seen.finished + std::max(first_retry, seen.finished);
    return {n_jobs_, reason_code::fewer_help_as_much};
  }
  // All are needed. What looked like poor efficiency were dearer items.
  if (seen.workers == n_jobs_fewer_ && is_clear) {
    rate_alone_ = rate_shared_ / static_cast<double>(n_jobs_);
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
