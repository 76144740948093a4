// The part of a stream's controller that watches the calling thread process items inline, and says
// when helpers are worth a trial.
#include "runtime/policy/cost_estimate.hpp"
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
/// What was inline longer ago than about this does not count in the cost inline.
inline constexpr nanoseconds remembered{4e6};
/// Unless so many blocks in a row cost more than `agreement` times that: then these alone count. By
/// chance, dear items come one by one.
inline constexpr std::size_t blocks_that_rose = 4;
/// Where items were worth sharing and are cheap now, as many as are processed between two looks at
/// the clock may be dear again. They would take at most so long, or this times the time for which
/// they have been cheap: it may be for good.
inline constexpr nanoseconds longest_relapse{200e3};
inline constexpr double relapse_of_cheap_time = 2.0;
/// By so much a block has to be longer than expected before the system is asked why: that takes 320
/// ns.
inline constexpr nanoseconds least_outlier{20e3};

}  // namespace

void inline_progress::observe(std::size_t items, nanoseconds wall) noexcept {
  if (items == 0) {
    return;
  }
  const nanoseconds seen = per_item(wall, items);
  const bool stands_alone = cost == nanoseconds{0} && sane(wall) >= believed_at_once;
  const nanoseconds agreed = stands_alone ? seen : std::min(seen, cost * agreement);
  believed = sane(believed + agreed * static_cast<double>(items));
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
    forget_cheaper(items, believed);
    alone_rate_cost_ = recent_ / recent_items_;
    if (recent_ > remembered) {
      recent_ /= 2.0;
      recent_items_ /= 2.0;
    }
  }
  decision_.estimated_cost = alone_rate_cost_;
}

std::size_t stream_controller::inline_items() const noexcept {
  const nanoseconds cheap_for = sane(alone_.believed - believed_before_);
  const nanoseconds relapse = std::max(longest_relapse, sane(cheap_for * relapse_of_cheap_time));
  return std::min(alone_.block,
                  std::max<std::size_t>(1, items_in(relapse, shared_cost_, alone_.block)));
}

/// An average over the time before would take milliseconds to follow costs that rise hundredfold:
/// cheap items are many.
void stream_controller::forget_cheaper(std::size_t items, nanoseconds believed) noexcept {
  if (per_item(believed, items) <= alone_rate_cost_ * agreement) {
    risen_ = {};
    return;
  }
  risen_.items += static_cast<double>(items);
  risen_.time += believed;
  if (++risen_.blocks >= blocks_that_rose) {
    recent_items_ = risen_.items;
    recent_ = risen_.time;
    risen_ = {};
  }
}

bool stream_controller::worth_trying(const overheads& costs) const noexcept {
  if (is_refused_ || is_fixed_) {
    return false;
  }
  const nanoseconds done = sane(alone_.believed - believed_before_);
  if (is_comparing_) {
    return done >= std::max(shortest_stream_beat, alone_rate_cost_ * 2.0);
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

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
