#include "runtime/policy/stream_controller.hpp"

#include <algorithm>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// Two neighbouring blocks agree when one costs at most this many times the other.
inline constexpr double agreement = 2.0;
/// Nothing is tried before so much was done inline.
inline constexpr nanoseconds least_patience{50e3};
/// Nor later than this, once sharing was refused.
inline constexpr nanoseconds most_patience{1e9};
/// What was inline longer ago than about this does not count in the cost inline.
inline constexpr nanoseconds remembered{4e6};
/// By so much a block has to be longer than expected before the system is asked why: that takes 320
/// ns.
inline constexpr nanoseconds least_outlier{20e3};
/// How long one beat is, at least; what is handed out in it must be several batches.
inline constexpr nanoseconds shortest_beat{300e3};
inline constexpr double items_in_beat = 8.0;
/// A trial is over after so many beats, the first of them not judged: the pages of fresh batches
/// and a helper's caches are cold at first. One without hope ends earlier.
inline constexpr std::size_t longest_trial = 5;
inline constexpr std::size_t shortest_trial = 3;
inline constexpr double hopeless_rate = 0.8;
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
/// The window is halved after so many beats without a laggard.
inline constexpr std::size_t laggards_forgotten = 16;
/// How much of what a batch tells goes into the typical cost.
inline constexpr double typical_weight = 0.25;
/// Helpers that have not come after so many beats are judged as they are: absent.
inline constexpr std::size_t patience_for_helpers = 8;

/// Handing over costs a few nanoseconds per item, five and more where the caches are far apart:
/// below this cost it is ever less likely to be repaid, and a trial waits until that much more has
/// been done, by the third power. A trial that is lost takes about a millisecond where a thread has
/// to be made; it may be a twentieth of what was done, which this is from 10 ns down.
inline constexpr nanoseconds surely_shareable{30.0};
/// A trial of cheaper items that is worse than this ends at its first judged beat.
inline constexpr double clearly_hopeless_rate = 0.6;

/// A trial may cost this part of the time until the next one.
inline constexpr double trial_repaid = 100.0;

/// Per item; 0 when nothing was done.
nanoseconds per_item(nanoseconds time, std::size_t items) noexcept {
  return items == 0 ? nanoseconds{0} : sane(time) / static_cast<double>(items);
}

}  // namespace

void inline_progress::observe(std::size_t items, nanoseconds wall) noexcept {
  if (items == 0) {
    return;
  }
  const nanoseconds seen = per_item(wall, items);
  believed = sane(believed + std::min(seen, cost * agreement) * static_cast<double>(items));
  cost = seen;
  const std::size_t grown = items > most_batch_items / inline_growth
                                ? std::max(items, most_batch_items)
                                : items * inline_growth;
  block = std::clamp<std::size_t>(items_in(inline_block, seen, grown), 1, grown);
}

bool stream_controller::is_outlier(std::size_t items, nanoseconds wall) const noexcept {
  return sane(wall) - alone_.cost * agreement * static_cast<double>(items) > least_outlier;
}

void stream_controller::observe_inline(std::size_t items,
                                       nanoseconds wall,
                                       preemption off) noexcept {
  if (items == 0) {
    return;
  }
  if (per_item(wall, items) < waiting_item) {
    used_alone_ = {};  // too short to be asked, whatever those before were
  }
  const nanoseconds before = alone_.believed;
  alone_.observe(items, wall);
  const nanoseconds believed =
      off == preemption::excluded ? sane(wall) : sane(alone_.believed - before);
  if (believed > nanoseconds{0}) {
    // By time, not by blocks: the block after a preempted one is a single item and all overhead.
    recent_items_ += static_cast<double>(items);
    recent_ += believed;
    alone_rate_cost_ = recent_ / recent_items_;
    if (recent_ > remembered) {
      recent_ /= 2.0;
      recent_items_ /= 2.0;
    }
  }
  decision_.estimated_cost = alone_rate_cost_;
}

bool stream_controller::worth_trying(const overheads& costs) const noexcept {
  if (is_refused_ || is_fixed_) {
    return false;
  }
  const nanoseconds done = sane(alone_.believed - believed_before_);
  if (is_comparing_) {
    return done >= std::max(shortest_beat, alone_rate_cost_ * 2.0);
  }
  const double lacking =
      alone_rate_cost_ > nanoseconds{0} ? std::max(1.0, surely_shareable / alone_rate_cost_) : 1.0;
  const nanoseconds overhead =
      sane((costs.setup + costs.wake + costs.start) * (lacking * lacking * lacking));
  if (patience_ == nanoseconds{0}) {
    return done >= std::max(least_patience, overhead);
  }
  // Costs that have changed are another stream.
  const bool changed = alone_rate_cost_ > tried_at_cost_ * agreement ||
                       alone_rate_cost_ * agreement < tried_at_cost_;
  return done >= (changed ? std::max(least_patience, overhead) : patience_);
}

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

void stream_controller::observe_batch(std::size_t items, nanoseconds busy) noexcept {
  if (items == 0) {
    return;
  }
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
  const std::size_t fitting = std::max<std::size_t>(1, items_in(wanted, seen, most_batch_items));
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
  return std::max<std::size_t>(2, decision_.n_jobs) * window_per_worker_;
}

void stream_controller::note_laggard() noexcept {
  beats_without_laggard_ = 0;
  window_per_worker_ = std::min(most_window, window_per_worker_ * 2);
}

nanoseconds stream_controller::beat_length() const noexcept {
  const nanoseconds some_items =
      (typical_ + filling_) *
      (items_in_beat / static_cast<double>(std::max<std::size_t>(1, decision_.n_jobs)));
  return std::max(shortest_beat, sane(some_items));
}

bool stream_controller::observe(const stream_beat& beat) noexcept {
  if (++beats_without_laggard_ >= laggards_forgotten) {
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
    if (!judge_trial(beat.finished)) {
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

bool stream_controller::judge_trial(nanoseconds now) noexcept {
  const double gain = decision_.measured_rate_ratio;
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
  const bool is_cheap = alone_rate_cost_ < surely_shareable;
  if (beats_ >= longest_trial || (beats_ >= shortest_trial && gain < hopeless_rate) ||
      (is_cheap && gain < clearly_hopeless_rate)) {
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
