#include "runtime/policy/waiting_climb.hpp"

#include <cmath>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// Fewer waits than this per item are the odd page or log line, not what the items are about.
inline constexpr double waits_per_item = 0.5;
/// With others beside it an item may take so many times what it took alone; a lock makes it take
/// twice as long with two workers.
inline constexpr double most_inflation = 1.5;
/// The first step goes this far at once: a thousand items of a millisecond are over before doubling
/// from two gets anywhere.
inline constexpr std::size_t first_step = 16;
/// A step must bring this part of what it would bring if the workers did not hinder each other.
inline constexpr double worthwhile_part = 0.5;
/// A smaller gain than this is none; what lies between says how many workers are of use.
inline constexpr double least_gain = 1.15;
inline constexpr double room_above_need = 1.25;
/// A judgement needs so many items of every worker, or has waited for so many times as long as they
/// should take.
inline constexpr std::size_t items_to_judge_a_worker = 2;
/// Sending the helpers away needs more.
inline constexpr std::size_t items_to_shed_a_worker = 8;
/// So many of those who were asked for are enough to be judged: one may be a thread that the host
/// keeps busy.
inline constexpr double nearly_all = 0.875;
/// With the CPUs so busy no more workers are tried.
inline constexpr double busy_cpus = 0.9;
inline constexpr double patience = 3.0;
/// After a step that did not help, the next one comes when the map has lasted as long again.
inline constexpr nanoseconds first_retry{20e6};

double rate_of(const beat_sample& seen) noexcept {
  const double wall = sane(seen.wall).count();
  return wall > 0.0 ? static_cast<double>(seen.items) / wall : 0.0;
}

}  // namespace

bool is_waiting(const usage_sample& seen) noexcept {
  const nanoseconds wall = sane(seen.wall);
  return seen.items > 0 && wall >= waiting_item && sane(seen.cpu) <= wall * most_cpu_of_waiting &&
         seen.waits >= waits_per_item * static_cast<double>(seen.items);
}

std::size_t workers_to_fill(const usage_sample& seen, std::size_t cpus, std::size_t most) noexcept {
  const double cpu = sane(seen.cpu).count();
  const double wanted = 2.0 * static_cast<double>(cpus) * sane(seen.wall).count();
  if (wanted >= cpu * static_cast<double>(most)) {
    return most;
  }
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(wanted / cpu)));
}

void waiting_climb::enter(state next) noexcept {
  state_ = next;
  gathered_ = {};
  present_ = 0;
  arriving_ = true;
}

void waiting_climb::gather(const beat_sample& sample) noexcept {
  gathered_.items += sample.items;
  gathered_.wall += sane(sample.wall);
  gathered_.usage += sample.usage;
}

/// The first few items said how many workers would fill the CPUs; these were more.
void waiting_climb::refill(const usage_sample& seen, const bounds& within) noexcept {
  if (seen.items >= std::min(n_jobs_before_, asking_workers)) {
    const nanoseconds cpu = sane(seen.cpu) / static_cast<double>(seen.items);
    fill_ = workers_to_fill({1, latency_, cpu, 1.0}, within.cpus, within.most);
  }
}

waiting_climb::advice waiting_climb::step(std::size_t items, const bounds& within) noexcept {
  const std::size_t wanted = std::max(gain_ > 0.0 ? 0 : first_step, 2 * n_jobs_);
  const std::size_t next = std::min({wanted, fill_, within.most, items});
  if (next <= n_jobs_) {
    return {};
  }
  n_jobs_ = next;
  enter(state::climbing);
  return {n_jobs_, reason_code::items_wait};
}

void waiting_climb::bound(std::size_t n_jobs, const bounds& within) noexcept {
  if (!is_active() || n_jobs_ <= n_jobs) {
    return;
  }
  n_jobs_ = n_jobs_before_ = n_jobs;
  enter(n_jobs > within.cpus ? state::settled : state::watching);
}

waiting_climb::advice waiting_climb::begin(const usage_sample& alone,
                                           std::size_t items,
                                           const bounds& within) noexcept {
  if (!is_waiting(alone) || within.most <= within.cpus) {
    return {};
  }
  has_waited_ = true;
  latency_ = sane(alone.wall) / static_cast<double>(alone.items);
  fraction_ = 1.0 - sane(alone.cpu) / sane(alone.wall);
  fill_ = workers_to_fill(alone, within.cpus, within.most);
  n_jobs_ = n_jobs_before_ = 1;
  rate_first_ = rate_before_ = 1.0 / latency_.count();
  const advice first = step(items, within);
  if (n_jobs_ <= within.cpus) {
    enter(state::watching);
    return {};  // so few would be called anyway
  }
  return first;
}

waiting_climb::advice waiting_climb::observe(const beat_sample& sample,
                                             std::size_t n_jobs,
                                             nanoseconds cost_alone,
                                             const bounds& within) noexcept {
  switch (state_) {
    case state::watching:
      return watch(sample, n_jobs, cost_alone, within);
    case state::climbing:
      return climb(sample, within);
    case state::settled:
      return settle(sample, within);
  }
  return {};
}

waiting_climb::advice waiting_climb::watch(const beat_sample& sample,
                                           std::size_t n_jobs,
                                           nanoseconds cost_alone,
                                           const bounds& within) noexcept {
  if (n_jobs != n_jobs_) {
    n_jobs_ = n_jobs;
    gathered_ = {};
  }
  if (sample.usage.items == 0 && gathered_.usage.items == 0) {
    return {};  // items too short to be asked, or a system that does not tell
  }
  gather(sample);
  const usage_sample& seen = gathered_.usage;
  const std::size_t present = std::clamp<std::size_t>(sample.present, 1, n_jobs);
  if (seen.items < 2 || seen.items <= std::min(present, asking_workers)) {
    return {};
  }
  if (!is_waiting(seen)) {
    fraction_ = 0.0;
    gathered_ = {};
    return {};
  }
  has_waited_ = true;
  fraction_ = 1.0 - sane(seen.cpu) / sane(seen.wall);
  const nanoseconds cost = sane(seen.wall) / static_cast<double>(seen.items);
  if (present > 1 && cost_alone.count() > 0.0 && cost > cost_alone * most_inflation) {
    return judge_inflation(sample.finished, present, cost_alone);
  }
  const bool shed = n_jobs == 1 && within.cpus > 1;
  if (shed || sample.finished < retry_at_ || within.most <= n_jobs) {
    gathered_ = {};
    return {};
  }
  latency_ = cost;
  fill_ = workers_to_fill(seen, within.cpus, within.most);
  n_jobs_before_ = present;
  rate_first_ = rate_before_ =
      std::max(static_cast<double>(present) / cost.count(), present > 1 ? rate_of(gathered_) : 0.0);
  gain_ = 0.0;
  gathered_ = {};
  return step(sample.items_left, within);
}

/// Items that take much longer with others beside them, and wait: for each other, unless they have
/// become dearer. What all reach together tells.
waiting_climb::advice waiting_climb::judge_inflation(nanoseconds now,
                                                     std::size_t present,
                                                     nanoseconds cost_alone) noexcept {
  if (gathered_.usage.items < items_to_shed_a_worker * std::min(present, asking_workers)) {
    return {};
  }
  const double ratio = rate_of(gathered_) * cost_alone.count();
  gathered_ = {};
  if (ratio >= least_gain) {
    return {};
  }
  gain_ = ratio;
  n_jobs_ = 1;
  retry_at_ = now * 2.0 + first_retry;
  return {1, reason_code::no_speedup};
}

bool waiting_climb::is_arriving(const beat_sample& sample) noexcept {
  if (!arriving_) {
    return false;
  }
  // As long as more come. When no more do for an item's length, no more are to be had.
  if (sample.present > present_ || arrived_at_ > sample.finished) {
    present_ = sample.present;
    arrived_at_ = sample.finished;
  }
  const auto enough = static_cast<std::size_t>(nearly_all * static_cast<double>(n_jobs_));
  arriving_ = present_ < std::max<std::size_t>(2, enough) &&
              sample.finished - arrived_at_ < std::max(latency_, waiting_item);
  return true;  // the beat in which the last came is not one of theirs
}

waiting_climb::advice waiting_climb::climb(const beat_sample& sample,
                                           const bounds& within) noexcept {
  if (is_arriving(sample)) {
    return {};
  }
  gather(sample);
  const std::size_t present = std::clamp<std::size_t>(present_, 1, n_jobs_);
  const nanoseconds expected = latency_ * static_cast<double>(items_to_judge_a_worker);
  if (gathered_.items < items_to_judge_a_worker * present && gathered_.wall < expected * patience) {
    return {};
  }
  refill(gathered_.usage, within);
  const double rate = rate_of(gathered_);
  const double gain = rate_before_ > 0.0 ? rate / rate_before_ : 0.0;
  const double workers = static_cast<double>(present) / static_cast<double>(n_jobs_before_);
  // Twice as many as would fill the CPUs bring no more than those.
  const double useful =
      std::max(1.0, 0.5 * static_cast<double>(fill_)) / static_cast<double>(n_jobs_before_);
  const double possible = std::max(1.0, std::min(workers, useful));
  gain_ = rate_first_ > 0.0 ? rate / rate_first_ : 0.0;
  if (gain >= 1.0 + worthwhile_part * (possible - 1.0) && workers > 1.0) {
    n_jobs_before_ = present;
    rate_before_ = rate;
    if (static_cast<double>(present) >= nearly_all * static_cast<double>(n_jobs_)) {
      if (const advice further = step(sample.items_left, within);
          further.reason != reason_code::none) {
        return further;
      }
    }
    retry_at_ = sample.finished * 2.0 + first_retry;
    enter(state::settled);
    return {};
  }
  if (gain < least_gain) {
    // Of the first step nothing came: a lock, or a server at its limit from the beginning.
    if (n_jobs_before_ <= within.cpus) {
      return give_up(sample.finished, reason_code::waiting_in_vain, within);
    }
    n_jobs_ = n_jobs_before_;
  } else {
    // In between: as many as make up that rate.
    const double need = gain * static_cast<double>(n_jobs_before_) * room_above_need;
    n_jobs_ = std::clamp(static_cast<std::size_t>(std::ceil(need)), n_jobs_before_, n_jobs_);
  }
  n_jobs_before_ = n_jobs_;
  rate_before_ = std::max(rate, rate_before_);
  retry_at_ = sample.finished * 2.0 + first_retry;
  enter(state::settled);
  return {n_jobs_, reason_code::items_wait};
}

waiting_climb::advice waiting_climb::settle(const beat_sample& sample,
                                            const bounds& within) noexcept {
  gather(sample);
  if (gathered_.usage.items <
      std::clamp<std::size_t>(n_jobs_, items_to_judge_a_worker, asking_workers)) {
    return {};
  }
  const beat_sample seen = gathered_;
  gathered_ = {};
  // With more workers than CPUs every item's time is far above its CPU time: what it gives up of
  // its own accord is all that tells now.
  if (seen.usage.waits < waits_per_item * static_cast<double>(seen.usage.items)) {
    return give_up(sample.finished, reason_code::waiting_is_over, within);
  }
  refill(seen.usage, within);
  const nanoseconds used =
      seen.usage.cpu * (static_cast<double>(seen.items) / static_cast<double>(seen.usage.items));
  if (sample.finished < retry_at_ ||
      used > sane(seen.wall) * static_cast<double>(within.cpus) * busy_cpus) {
    return {};
  }
  n_jobs_before_ = n_jobs_;
  rate_before_ = rate_of(seen);
  retry_at_ = sample.finished * 2.0 + first_retry;
  return step(sample.items_left, within);
}

waiting_climb::advice waiting_climb::give_up(nanoseconds now,
                                             reason_code why,
                                             const bounds& within) noexcept {
  n_jobs_ = within.cpus;
  retry_at_ = now * 2.0 + first_retry;
  enter(state::watching);
  return {n_jobs_, why};
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
