// The part of a stream's controller that says how many workers are of use: those that the calling
// thread can feed, and more than CPUs where items wait.
#include "runtime/policy/stream_controller.hpp"

#include <algorithm>
#include <limits>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// So many inline items say whether items wait; what is longer ago counts less.
inline constexpr std::size_t remembered_usage = 16;
/// Nobody knows how many items are left.
inline constexpr std::size_t endless = std::numeric_limits<std::size_t>::max();

/// Items that begin to wait while they are shared are compared inline after this part of the time
/// until the next comparison: they may wait for each other, of which nothing is seen inline.
inline constexpr std::size_t waits_compared_after = 4;

/// Of the calling thread's own part, so much counts after another beat.
inline constexpr double own_memory = 0.75;
/// So many workers and more get one to spare.
inline constexpr double one_to_spare_from = 3.0;
/// Workers stay while they are at most 5 / 4 of those that can be fed.
inline constexpr std::size_t few_more = 5;
inline constexpr std::size_t few_more_of = 4;

}  // namespace

void stream_controller::observe_usage(const usage_sample& seen) noexcept {
  used_alone_ += seen;
  if (used_alone_.items > remembered_usage) {
    used_alone_.items /= 2;
    used_alone_.wall /= 2.0;
    used_alone_.cpu /= 2.0;
    used_alone_.waits /= 2.0;
  }
}

/// True: the items waited while they were inline, and more workers than CPUs are called.
bool stream_controller::begin_waiting() noexcept {
  waiting_.emplace();
  const waiting_climb::advice advice = waiting_->begin(used_alone_, endless, waiting_bounds());
  if (advice.reason == reason_code::none) {
    waiting_.reset();
    return false;
  }
  decision_.n_jobs = advice.n_jobs;
  decision_.reason = advice.reason;
  decision_.waiting_fraction = static_cast<float>(waiting_->waiting_fraction());
  return true;
}

/// All CPUs have a worker, and these wait: inline it shows for what.
bool stream_controller::seems_to_wait() const noexcept {
  return may_wait_ && !waiting_ && decision_.n_jobs >= most_workers_ &&
         used_shared_.items >= 2 * std::min(decision_.n_jobs, asking_workers) &&
         is_waiting(used_shared_) && beats_ >= compare_after_ / waits_compared_after;
}

/// True when the number of workers has changed because items wait, or do not wait any more.
bool stream_controller::follow_waiting(const stream_beat& beat) noexcept {
  beat_sample seen;
  seen.items = beat.items;
  seen.wall = beat.wall;
  seen.finished = beat.finished;
  seen.present = beat.present;
  seen.usage = beat.usage;
  seen.items_left = endless;
  const waiting_climb::advice advice =
      waiting_->observe(seen, decision_.n_jobs, alone_rate_cost_, waiting_bounds());
  if (advice.reason == reason_code::none) {
    return false;
  }
  decision_.waiting_fraction = static_cast<float>(waiting_->waiting_fraction());
  if (advice.n_jobs < 2) {
    go_inline(advice.reason, beat.finished);
    return true;
  }
  decision_.n_jobs = advice.n_jobs;
  decision_.reason = advice.reason;
  return true;
}

/// A source of g per item feeds c / g + 1 workers; g is what the calling thread does itself.
std::size_t stream_controller::fed_workers(const stream_beat& beat, nanoseconds mean) noexcept {
  const std::size_t most = is_beyond_cpus() ? decision_.n_jobs : most_workers_;
  own_ = sane(own_ * own_memory + sane(beat.caller_own));
  own_items_ = own_items_ * own_memory + static_cast<double>(beat.items);
  double fed = own_ > nanoseconds{0} ? mean / (own_ / own_items_) + 1.0 : 1e9;
  if (fed >= one_to_spare_from) {
    fed += 1.0;  // those who are never idle fall behind at the first delay
  }
  const std::size_t wanted =
      fed < static_cast<double>(most) ? static_cast<std::size_t>(fed + 0.999) : most;
  const std::size_t jobs = std::clamp<std::size_t>(wanted, 2, std::max<std::size_t>(2, most));
  if (jobs < decision_.n_jobs && jobs * few_more / few_more_of >= decision_.n_jobs) {
    return decision_.n_jobs;  // sending one away and calling it again costs more than it does
  }
  return jobs;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
