#include "runtime/learnt_overheads.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

/// Moves what is held towards `sample`; `first` is what is held while nothing has been observed.
void update(std::atomic<double>& held,
            policy::nanoseconds first,
            policy::nanoseconds sample,
            double most) noexcept {
  const double before = held.load(std::memory_order_relaxed);
  const policy::nanoseconds next =
      policy::learn(before > 0.0 ? policy::nanoseconds{before} : first, sample, most);
  held.store(next.count() > 0.0 ? next.count() : 1.0, std::memory_order_relaxed);
}

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

policy::overheads learnt_overheads::get(policy::crew_state state,
                                        policy::nanoseconds now) const noexcept {
  const auto at = static_cast<std::size_t>(state);
  policy::overheads costs = policy::assumed_overheads[at];
  const policy::nanoseconds age =
      now - policy::nanoseconds{observed_[at].load(std::memory_order_relaxed)};
  if (const double wake = wake_[at].load(std::memory_order_relaxed); wake > 0.0) {
    costs.wake = policy::fade(policy::nanoseconds{wake}, costs.wake, age);
  }
  if (const double start = start_[at].load(std::memory_order_relaxed); start > 0.0) {
    costs.start = policy::fade(policy::nanoseconds{start}, costs.start, age);
  }
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
  observed_[at].store(now.count(), std::memory_order_relaxed);
  const policy::overheads& assumed = policy::assumed_overheads[at];
  const double most =
      state == policy::crew_state::awake ? policy::most_of_awake : policy::most_of_others;
  update(wake_[at], first_of(state, assumed.wake + assumed.setup, wake), wake, most);
  if (start.count() > 0.0) {
    update(start_[at], first_of(state, assumed.start, start), start, most);
  }
}

bool learnt_overheads::is_measured(policy::crew_state state) const noexcept {
  return wake_[static_cast<std::size_t>(state)].load(std::memory_order_relaxed) > 0.0;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
