#include "runtime/policy/stream_controller.hpp"

#include <algorithm>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// A next trial comes after so long at the latest, once sharing was refused.
inline constexpr nanoseconds most_patience{1e9};
/// What is handed out in a beat must be several batches.
inline constexpr double items_in_beat = 8.0;
/// A trial is over after so many beats, the first of them not judged: the pages of fresh batches
/// and a helper's caches are cold at first. One without hope ends earlier. While each beat is
/// clearly better than the one before, things are still becoming warm, and judgement waits: the
/// first results of 64 KB in a new thread's heap took 100 us each instead of 10.
inline constexpr std::size_t longest_trial = 5;
inline constexpr std::size_t longest_rising_trial = 8;
inline constexpr std::size_t shortest_trial = 3;
inline constexpr double hopeless_rate = 0.8;
inline constexpr double clear_rise = 1.25;
/// Nor are so many workers this much faster than one: what items cost inline is not known any more.
/// (The first item of a process may take a millisecond, and all others nothing.)
inline constexpr double credible_gain = 1.5;
/// Of what was judged before, so much counts after another beat.
inline constexpr double trial_memory = 0.5;
inline constexpr double shared_memory = 0.94;
/// A comparison inline lasts one beat, and one more until the helpers are back: it comes after so
/// many, and where sharing gains much and so loses much meanwhile, later.
inline constexpr std::size_t first_comparison = 64;
inline constexpr std::size_t first_comparison_of_clear_gain = 256;
inline constexpr std::size_t rarest_comparison = 1024;
inline constexpr double clear_gain = 1.25;
/// Sharing is compared early when items have become cheaper than when it was found useful, by this
/// factor. Not when they have become dearer: what is paid per item weighs less then.
inline constexpr double much_cheaper = 4.0;
/// By so many times what a batch usually takes, one of large results is awaited.
inline constexpr double usual_wait = 4.0;
/// The window is halved after so many beats without a laggard.
inline constexpr std::size_t laggards_forgotten = 16;
inline constexpr std::size_t laggards_forgotten_of_large = 2;
/// Where items were worth sharing and are cheap now, a batch of as many dear ones lasts at most so
/// long.
inline constexpr nanoseconds longest_batch_of_relapse{1e6};
/// How much of what a batch tells goes into the typical cost.
inline constexpr double typical_weight = 0.25;
/// Helpers that have not come after so many beats are judged as they are: absent.
inline constexpr std::size_t patience_for_helpers = 8;

/// A trial of cheaper items that is worse than this ends at its first judged beat.
inline constexpr double clearly_hopeless_rate = 0.6;
/// It has batches of so many items at most, and so many of them per worker in flight: on a virtual
/// machine the first touch of a page takes 5 us, what 600 such items take. (With 8 batches of 4,096
/// items of 8 ns a trial lost 0.8 ms, and was a trial of that.)
inline constexpr std::size_t batch_of_cheap_trial = 1024;
inline constexpr std::size_t window_of_cheap_trial = 2;

/// A trial may cost this part of the time until the next one.
inline constexpr double trial_repaid = 100.0;

}  // namespace

bool stream_controller::start(const overheads& costs,
                              const capacity& where,
                              nanoseconds now) noexcept {
  const std::size_t most = bounds_.max_jobs;
  most_workers_ =
      std::max<std::size_t>(1, most > 0 ? std::min(most, where.workers) : where.workers);
  const std::size_t ceiling = most > 0 ? most : default_waiting_ceiling(where.workers);
  room_jobs_ = std::max(most_workers_, std::min(ceiling, where.waiting_workers));
  decision_.limit_jobs = most_workers_;
  decision_.wake_cost = costs.setup + costs.wake;
  decision_.start_delay = costs.start;
  decision_.claim_cost = costs.claim;
  may_wait_ = room_jobs_ > most_workers_;
  used_shared_ = {};
  const bool waits = begin_waiting();
  if (!waits) {
    room_jobs_ = most_workers_;
    if (most_workers_ < 2) {
      go_inline(most == 1 ? reason_code::one_job_requested : where.limited_by, now);
      return false;
    }
    decision_.n_jobs = is_comparing_ ? std::min(compared_jobs_, most_workers_) : 2;
    decision_.reason = is_comparing_ ? reason_code::trying_again : reason_code::stream_trial;
  }
  is_comparing_ = false;
  if (cost_ == nanoseconds{0} || cost_ > alone_rate_cost_) {
    cost_ = alone_rate_cost_;
  }
  batch_ = std::max<std::size_t>(1, items_in(batch_duration, cost_, most_batch_items));
  decision_.chunksize = batch_items(0, 0);
  beats_ = 0;
  helpless_beats_ = 0;
  typical_ = before_ = beat_busy_ = nanoseconds{0};
  beat_items_ = 0.0;
  is_trial_ = true;
  lost_ = nanoseconds{0};
  return true;
}

void stream_controller::start_fixed(std::size_t n_jobs) noexcept {
  is_fixed_ = true;
  most_workers_ = n_jobs;
  decision_.n_jobs = n_jobs;
  decision_.limit_jobs = n_jobs;
  decision_.reason = reason_code::jobs_requested;
  decision_.chunksize = batch_items(0, 0);
}

void stream_controller::refuse(reason_code why) noexcept {
  is_refused_ = true;
  is_fixed_ = false;
  decision_.n_jobs = 1;
  decision_.chunksize = 1;
  decision_.reason = why;
}

void stream_controller::go_inline(reason_code why, nanoseconds now) noexcept {
  compared_jobs_ = std::max<std::size_t>(2, decision_.n_jobs);
  decision_.n_jobs = 1;
  decision_.chunksize = 1;
  decision_.reason = why;
  believed_before_ = alone_.believed;
  if (why == reason_code::trying_alone) {
    is_comparing_ = true;
    used_alone_ = {};
    recent_ = nanoseconds{0};
    recent_items_ = 0.0;
    return;
  }
  is_comparing_ = false;
  tried_at_cost_ = alone_rate_cost_;
  // As long again as the stream has lasted.
  // And at least so long that a trial that lost as much again is a hundredth of it.
  patience_ =
      std::clamp(std::max(sane(now), sane(lost_) * trial_repaid), nanoseconds{2e6}, most_patience);
}

void stream_controller::observe_batch(std::size_t items,
                                      nanoseconds busy,
                                      std::size_t owned) noexcept {
  if (items == 0) {
    return;
  }
  are_large_ = owned >= large_results && busy <= quick_batch;
  const nanoseconds seen = per_item(busy, items);
  cost_ = seen > cost_ ? seen : std::max(seen, cost_ / 2.0);
  if (typical_ == nanoseconds{0}) {
    typical_ = before_ = seen;
  }
  beat_busy_ = sane(beat_busy_ + sane(busy));
  beat_items_ += static_cast<double>(items);
  typical_ = sane(typical_ + (std::min(seen, before_) - typical_) * typical_weight);
  before_ = seen;
  const double crowd = static_cast<double>(decision_.n_jobs) / static_cast<double>(many_workers);
  const nanoseconds wanted =
      bounds_.batch_duration > nanoseconds{0}
          ? bounds_.batch_duration
          : std::clamp(batch_duration * crowd, batch_duration, longest_batch);
  const std::size_t fitting = std::max<std::size_t>(
      1,
      std::min(
          items_in(wanted, seen, most_batch_items),
          items_in(std::max(wanted, longest_batch_of_relapse), shared_cost_, most_batch_items)));
  batch_ = std::min(
      fitting, batch_ > most_batch_items / batch_growth ? most_batch_items : batch_ * batch_growth);
}

void stream_controller::observe_filling(std::size_t items, nanoseconds took) noexcept {
  const nanoseconds seen = per_item(took, items);
  filling_ = seen > filling_ ? seen : std::max(seen, filling_ / 2.0);
}

std::size_t stream_controller::batch_items(std::size_t bytes, std::size_t limit) const noexcept {
  std::size_t items = bounds_.batch_items;
  if (items == 0) {
    items = std::min(batch_, std::max<std::size_t>(1, items_in(longest_filling, filling_, batch_)));
  }
  if (is_cheap_trial() && bounds_.batch_items == 0) {
    items = std::min(items, batch_of_cheap_trial);
  }
  if (bytes > 0 && bounds_.batch_items == 0) {
    items = std::min(items, std::max<std::size_t>(1, most_batch_bytes / bytes));
  }
  if (bytes > 0 && limit > 0) {
    // Every worker has one in hand, and one waits.
    const std::size_t fitting = limit / (2 * std::max<std::size_t>(1, decision_.n_jobs)) / bytes;
    items = std::min(items, std::max<std::size_t>(1, fitting));
  }
  return std::max<std::size_t>(1, items);
}

std::size_t stream_controller::window() const noexcept {
  const std::size_t workers = std::max<std::size_t>(2, decision_.n_jobs);
  if (is_cheap_trial()) {
    return workers * window_of_cheap_trial;
  }
  if (are_large_) {
    return workers * first_window_of_large / 2 * (window_per_worker_ / first_window);
  }
  return workers * window_per_worker_;
}

nanoseconds stream_controller::laggard_after() const noexcept {
  // Large results keep few batches in flight: that the oldest of them is awaited is usual.
  return are_large_ ? std::min(typical_ * static_cast<double>(decision_.chunksize), quick_batch) *
                          usual_wait
                    : nanoseconds{0};
}

void stream_controller::note_laggard() noexcept {
  beats_without_laggard_ = 0;
  if (are_large_ && is_trial_) {
    return;  // helpers are still coming, and more in flight is what would make sharing look useless
  }
  window_per_worker_ = std::min(most_window, window_per_worker_ * 2);
}

nanoseconds stream_controller::beat_length() const noexcept {
  const nanoseconds some_items =
      (typical_ + filling_) *
      (items_in_beat / static_cast<double>(std::max<std::size_t>(1, decision_.n_jobs)));
  return std::max(shortest_stream_beat, sane(some_items));
}

bool stream_controller::observe(const stream_beat& beat) noexcept {
  if (++beats_without_laggard_ >= (are_large_ ? laggards_forgotten_of_large : laggards_forgotten)) {
    beats_without_laggard_ = 0;
    window_per_worker_ = std::max(first_window, window_per_worker_ / 2);
  }
  if (is_fixed_ || decision_.n_jobs < 2 || beat.items == 0) {
    return false;
  }
  if (!beat.helped && ++helpless_beats_ < patience_for_helpers) {
    return false;
  }
  const auto items = static_cast<double>(beat.items);
  const nanoseconds alone = sane(alone_rate_cost_ * items);
  const nanoseconds mean =
      beat_items_ > 0.0 ? std::exchange(beat_busy_, nanoseconds{0}) / beat_items_ : typical_;
  beat_items_ = 0.0;
  decision_.estimated_cost = typical_;
  lost_ += beat.wall - alone;
  used_shared_ += beat.usage;
  ++beats_;
  if (beats_ == 1) {
    judged_alone_ = judged_shared_ = own_ = nanoseconds{0};
    own_items_ = 0.0;
    return false;  // helpers were still coming
  }
  const double kept = is_trial_ ? trial_memory : shared_memory;
  judged_alone_ = sane(judged_alone_ * kept + alone);
  judged_shared_ = sane(judged_shared_ * kept + sane(beat.wall));
  if (judged_shared_ > nanoseconds{0}) {
    decision_.measured_rate_ratio = judged_alone_ / judged_shared_;
  }
  const bool was_trial = is_trial_;
  if (is_trial_) {
    const double rate = beat.wall > nanoseconds{0} ? alone / beat.wall : 0.0;
    const bool is_rising = rate > std::exchange(trial_rate_, rate) * clear_rise && beats_ > 2;
    if (!judge_trial(is_rising, beat.finished)) {
      return !is_shared();
    }
  } else if ((!is_beyond_cpus() || typical_ < waiting_item) && wants_comparison()) {
    go_inline(reason_code::trying_alone, beat.finished);
    return true;
  }
  const bool followed = waiting_ && follow_waiting(beat);
  const std::size_t jobs = is_shared() ? fed_workers(beat, mean) : 1;
  const bool changed = followed || was_trial || jobs != decision_.n_jobs;
  if (jobs < decision_.n_jobs && is_beyond_cpus()) {
    waiting_->bound(jobs, waiting_bounds());
  }
  decision_.n_jobs = jobs;
  return changed;
}

bool stream_controller::judge_trial(bool is_rising, nanoseconds now) noexcept {
  const double gain = decision_.measured_rate_ratio;
  if (gain > credible_gain * static_cast<double>(decision_.n_jobs)) {
    go_inline(reason_code::trying_alone, now);
    return false;
  }
  if (gain >= worthwhile_rate) {
    is_trial_ = false;
    shared_cost_ = typical_;
    patience_ = nanoseconds{0};
    const std::size_t first =
        gain >= clear_gain ? first_comparison_of_clear_gain : first_comparison;
    compare_after_ = std::max(first, std::min(rarest_comparison, compare_after_ * 2));
    if (!is_beyond_cpus()) {
      decision_.reason = reason_code::stream_shared;
    }
    return true;
  }
  if (beats_ >= (is_rising ? longest_rising_trial : longest_trial) ||
      (beats_ >= shortest_trial && gain < hopeless_rate && !is_rising) ||
      (is_cheap_trial() && gain < clearly_hopeless_rate)) {
    go_inline(reason_code::stream_inline, now);
  }
  return false;
}

bool stream_controller::wants_comparison() noexcept {
  if (typical_ * much_cheaper < shared_cost_) {
    compare_after_ = 0;  // another stream
    return true;
  }
  return beats_ >= compare_after_ || seems_to_wait() ||
         (beats_ >= first_comparison && decision_.measured_rate_ratio < 1.0);
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
