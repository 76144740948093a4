#include "runtime/learnt_overheads.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

/// Of helpers that sleep the first observation replaces the assumption, unless it is far above: the
/// machine was busy. Of those awake it does not: the first helper has cold caches.
policy::nanoseconds first_of(policy::crew_state state,
                             policy::nanoseconds assumed,
                             policy::nanoseconds sample) noexcept {
  return state == policy::crew_state::awake
             ? assumed
             : std::min(policy::sane(sample), assumed * policy::most_of_others);
}

}  // namespace

policy::nanoseconds learnt_overheads::faded(const estimate& held,
                                            policy::nanoseconds assumed,
                                            policy::nanoseconds now,
                                            policy::nanoseconds half_life) noexcept {
  const policy::nanoseconds value{held.value.load(std::memory_order_relaxed)};
  if (!(value.count() > 0.0)) {
    return assumed;
  }
  const policy::nanoseconds observed{held.observed.load(std::memory_order_relaxed)};
  return policy::fade(value, assumed, now - observed, half_life);
}

/// Moves what is held towards `sample`; `first` is what is held while nothing has been observed.
void learnt_overheads::update(estimate& held,
                              policy::nanoseconds first,
                              policy::nanoseconds sample,
                              double most,
                              policy::nanoseconds now) noexcept {
  const double before = held.value.load(std::memory_order_relaxed);
  const policy::nanoseconds next =
      policy::learn(before > 0.0 ? policy::nanoseconds{before} : first, sample, most);
  held.value.store(next.count() > 0.0 ? next.count() : 1.0, std::memory_order_relaxed);
  held.observed.store(now.count(), std::memory_order_relaxed);
}

policy::overheads learnt_overheads::get(policy::crew_state state,
                                        policy::nanoseconds now) const noexcept {
  const auto at = static_cast<std::size_t>(state);
  const learnt& held = of_[at];
  const policy::nanoseconds half_life =
      policy::fade_half_life(held.disappointments.load(std::memory_order_relaxed));
  policy::overheads costs = policy::assumed_overheads[at];
  costs.wake = faded(held.wake, costs.wake, now, half_life);
  costs.start = faded(held.start, costs.start, now, half_life);
  costs.claim = claim();
  return costs;
}

policy::nanoseconds learnt_overheads::claim() const noexcept {
  const double measured = claim_.load(std::memory_order_relaxed);
  return measured > 0.0 ? policy::nanoseconds{measured} : policy::assumed_overheads.front().claim;
}

void learnt_overheads::observe(policy::crew_state state,
                               policy::nanoseconds wake,
                               policy::nanoseconds start,
                               policy::nanoseconds now) noexcept {
  const auto at = static_cast<std::size_t>(state);
  const policy::overheads& assumed = policy::assumed_overheads[at];
  learnt& held = of_[at];
  // With helpers near or awake a wrong trial costs microseconds, and one late helper in fifty is
  // usual; those that did not exist are started once.
  if (state == policy::crew_state::asleep) {
    const policy::overheads promised = get(state, now);
    const policy::nanoseconds came = start.count() > 0.0 ? start : promised.start;
    held.disappointments.store(
        policy::disappointments_after(held.disappointments.load(std::memory_order_relaxed),
                                      promised.wake + promised.start,
                                      wake + came),
        std::memory_order_relaxed);
  }
  const double most =
      state >= policy::crew_state::near ? policy::most_of_awake : policy::most_of_others;
  update(held.wake, first_of(state, assumed.wake + assumed.setup, wake), wake, most, now);
  if (start.count() > 0.0) {
    update(held.start, first_of(state, assumed.start, start), start, most, now);
  }
}

bool learnt_overheads::is_measured(policy::crew_state state) const noexcept {
  return of_[static_cast<std::size_t>(state)].wake.value.load(std::memory_order_relaxed) > 0.0;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
