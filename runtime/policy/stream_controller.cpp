#include "runtime/policy/stream_controller.hpp"

#include <algorithm>

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
inline constexpr nanoseconds remembered{1e6};
/// How long one beat is, at least; what is handed out in it must be several batches.
inline constexpr nanoseconds shortest_beat{300e3};
inline constexpr double items_in_beat = 8.0;
/// A comparison inline lasts one beat: at most one in so many.
inline constexpr std::size_t first_comparison = 64;
inline constexpr std::size_t rarest_comparison = 512;
/// Helpers that have not come after so many beats are judged as they are: absent.
inline constexpr std::size_t patience_for_helpers = 8;

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

void stream_controller::observe_inline(std::size_t items,
                                       nanoseconds wall,
                                       nanoseconds now) noexcept {
  if (items == 0) {
    return;
  }
  const nanoseconds before = alone_.believed;
  alone_.observe(items, wall);
  const nanoseconds believed = sane(alone_.believed - before);
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
  static_cast<void>(now);
}

bool stream_controller::worth_trying(const overheads& costs) const noexcept {
  if (is_refused_ || is_fixed_) {
    return false;
  }
  const nanoseconds done = sane(alone_.believed - believed_before_);
  if (is_comparing_) {
    return done >= std::max(shortest_beat, alone_rate_cost_ * 2.0);
  }
  const nanoseconds overhead = costs.setup + costs.wake + costs.start;
  if (patience_ == nanoseconds{0}) {
    return done >= std::max(least_patience, overhead);
  }
  // Costs that have changed are another stream.
  const bool changed = alone_rate_cost_ > tried_at_cost_ * agreement ||
                       alone_rate_cost_ * agreement < tried_at_cost_;
  return done >= (changed ? std::max(least_patience, overhead) : patience_);
}

bool stream_controller::start(const overheads& costs,
                              std::size_t workers,
                              reason_code limited_by,
                              nanoseconds now) noexcept {
  most_workers_ = std::max<std::size_t>(
      1, bounds_.max_jobs > 0 ? std::min(bounds_.max_jobs, workers) : workers);
  decision_.limit_jobs = most_workers_;
  decision_.wake_cost = costs.setup + costs.wake;
  decision_.start_delay = costs.start;
  decision_.claim_cost = costs.claim;
  if (most_workers_ < 2) {
    go_inline(bounds_.max_jobs == 1 ? reason_code::one_job_requested : limited_by, now);
    return false;
  }
  decision_.n_jobs = 2;
  decision_.reason = is_comparing_ ? reason_code::trying_again : reason_code::stream_trial;
  is_comparing_ = false;
  if (cost_ == nanoseconds{0} || cost_ > alone_rate_cost_) {
    cost_ = alone_rate_cost_;
  }
  batch_ = std::max<std::size_t>(1, items_in(batch_duration, cost_, most_batch_items));
  decision_.chunksize = batch_items(0, 0);
  beats_ = 0;
  helpless_beats_ = 0;
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
  decision_.n_jobs = 1;
  decision_.chunksize = 1;
  decision_.reason = why;
  believed_before_ = alone_.believed;
  if (why == reason_code::trying_alone) {
    is_comparing_ = true;
    recent_ = nanoseconds{0};
    recent_items_ = 0.0;
    return;
  }
  is_comparing_ = false;
  tried_at_cost_ = alone_rate_cost_;
  // As long again as the stream has lasted.
  // And at least so long that a trial that lost as much again is a hundredth of it.
  patience_ =
      std::clamp(std::max(sane(now), lost_ * trial_repaid), nanoseconds{2e6}, most_patience);
}

void stream_controller::observe_batch(std::size_t items, nanoseconds busy) noexcept {
  if (items == 0) {
    return;
  }
  const nanoseconds seen = per_item(busy, items);
  cost_ = seen > cost_ ? seen : std::max(seen, cost_ / 2.0);
  const nanoseconds wanted =
      bounds_.batch_duration > nanoseconds{0} ? bounds_.batch_duration : batch_duration;
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
  window_per_worker_ = std::min(most_window, window_per_worker_ * 2);
}

nanoseconds stream_controller::beat_length() const noexcept {
  const nanoseconds some_items =
      (cost_ + filling_) *
      (items_in_beat / static_cast<double>(std::max<std::size_t>(1, decision_.n_jobs)));
  return std::max(shortest_beat, sane(some_items));
}

bool stream_controller::observe(const stream_beat& beat) noexcept {
  if (is_fixed_ || decision_.n_jobs < 2 || beat.items == 0) {
    return false;
  }
  if (!beat.helped && ++helpless_beats_ < patience_for_helpers) {
    return false;
  }
  decision_.estimated_cost = cost_;
  const nanoseconds shared = per_item(beat.wall, beat.items);
  ++beats_;
  if (beats_ == 1) {
    return false;  // helpers were still coming
  }
  decision_.measured_rate_ratio =
      shared > nanoseconds{0} ? alone_rate_cost_ / shared : decision_.measured_rate_ratio;
  if (beats_ == 2) {
    if (alone_rate_cost_ < shared * worthwhile_rate) {
      lost_ = sane(beat.wall - alone_rate_cost_ * static_cast<double>(beat.items)) * 2.0;
      go_inline(reason_code::stream_inline, beat.finished);
      return true;
    }
    shared_cost_ = cost_;
    patience_ = nanoseconds{0};
    compare_after_ =
        compare_after_ == 0 ? first_comparison : std::min(rarest_comparison, compare_after_ * 2);
    decision_.reason = reason_code::stream_shared;
  } else if (beats_ >= compare_after_ || cost_ > shared_cost_ * (agreement * agreement) ||
             cost_ * (agreement * agreement) < shared_cost_) {
    if (beats_ < compare_after_) {
      compare_after_ = 0;  // another stream
    }
    go_inline(reason_code::trying_alone, beat.finished);
    return true;
  }
  // A source of g per item feeds c / g + 1 workers; g is all that the calling thread does itself.
  const nanoseconds own = per_item(beat.wall - beat.caller_busy - beat.caller_idle, beat.items);
  const double fed = own > nanoseconds{0} ? cost_ / own + 1.0 : 1e9;
  const std::size_t wanted = fed < static_cast<double>(most_workers_)
                                 ? static_cast<std::size_t>(fed + 0.999)
                                 : most_workers_;
  const std::size_t jobs = std::clamp<std::size_t>(wanted, 2, most_workers_);
  const bool changed = jobs != decision_.n_jobs || beats_ == 2;
  decision_.n_jobs = jobs;
  return changed;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
