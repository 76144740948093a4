// The controller's part that follows what the machine has to give: CPUs, memory, and items that
// wait and leave CPUs free.
#include "runtime/policy/chunk_size.hpp"
#include "runtime/policy/controller.hpp"
#include "runtime/policy/makespan.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// All cores are busy: are their siblings of use?
void controller::start_climb(double rate_alone, nanoseconds now) noexcept {
  const std::size_t limit = fitting(decision_.limit_jobs);
  const bool cores_only = cores_ > 0 && decision_.n_jobs == std::max<std::size_t>(2, cores_);
  climb_.start(decision_.n_jobs,
               rate_alone,
               now,
               chunk_duration(bounds_.chunk_duration, costs_.claim),
               cores_only ? limit : 0,
               trusts_helpers_ ? trusted_for : nanoseconds{0});
}

waiting_climb::bounds controller::waiting_bounds() const noexcept {
  return {std::max<std::size_t>(1, decision_.limit_jobs), fitting(room_jobs_)};
}

/// The caller's own items waited: more workers than CPUs from the beginning?
bool controller::begin_waiting(const remaining_work& work) noexcept {
  waiting_.emplace();
  const waiting_climb::advice advice = waiting_->begin(*used_alone_, work.items, waiting_bounds());
  if (advice.reason == reason_code::none) {
    return false;
  }
  decision_.n_jobs = advice.n_jobs;
  decision_.reason = advice.reason;
  decision_.waiting_fraction = static_cast<float>(waiting_->waiting_fraction());
  decision_.estimated_parallel = predicted_makespan(work, advice.n_jobs, costs_);
  size_chunks();
  return true;
}

/// True when the number of workers has changed because items wait, or do not wait any more.
bool controller::follow_waiting(const beat_sample& sample) noexcept {
  const double rate_alone = climb_.rate_alone();
  const nanoseconds cost_alone{rate_alone > 0.0 ? 1.0 / rate_alone : 0.0};
  const waiting_climb::advice advice =
      waiting_->observe(sample, decision_.n_jobs, cost_alone, waiting_bounds());
  if (advice.reason == reason_code::none) {
    return false;
  }
  decision_.n_jobs = advice.n_jobs;
  decision_.reason = advice.reason;
  decision_.waiting_fraction = static_cast<float>(waiting_->waiting_fraction());
  decision_.measured_rate_ratio = waiting_->gain();
  decision_.estimated_cost = cost_alone;
  decision_.estimated_serial = serial_time({items_left(), cost_alone});
  decision_.estimated_parallel =
      predicted_makespan({items_left(), cost_alone}, decision_.n_jobs, costs_);
  if (advice.reason == reason_code::no_speedup) {
    climb_.postpone(sample.finished);
  } else if (!waiting_->is_active()) {
    start_climb(rate_alone, sample.finished);
  }
  size_chunks();
  return true;
}

bool controller::adapt(std::size_t cpus, nanoseconds now) noexcept {
  const std::size_t before = cpus_;
  cpus_ = cpus;
  const std::size_t limit = decision_.limit_jobs;
  if (cpus == before || limit == 0) {
    return false;
  }
  if (cpus < limit) {
    decision_.limit_jobs = cpus;
  } else if (before > 0 && cpus > before) {
    // What other maps use is still theirs.
    const std::size_t more = std::min(limit + (cpus - before), room_jobs_);
    decision_.limit_jobs = bounds_.max_jobs > 0 ? std::min(more, bounds_.max_jobs) : more;
  }
  if (waiting_ && waiting_->is_active()) {
    return false;  // they are no burden to the CPUs
  }
  // A comparison alone that is under way would end with as many as before. And it may have been the
  // missing CPUs, before they were seen to be missing, that made helpers look useless.
  const bool comparing = decision_.reason == reason_code::trying_alone;
  const bool useless = decision_.reason == reason_code::no_speedup ||
                       decision_.reason == reason_code::fewer_help_as_much;
  const bool narrowed = decision_.limit_jobs < limit;
  if (decision_.n_jobs > decision_.limit_jobs ||
      (narrowed && (comparing || (useless && decision_.n_jobs == decision_.limit_jobs)))) {
    decision_.n_jobs = decision_.limit_jobs;
    decision_.reason = reason_code::fewer_cpus;
    start_climb(climb_.rate_alone(), now);
    size_chunks();
    return true;
  }
  return decision_.limit_jobs > limit && !useless &&
         raise(reason_code::more_cpus,
               {items_left(), cost_.cost(), std::max<std::size_t>(1, decision_.n_jobs)},
               now);
}

bool controller::bound_by_memory(std::size_t most, nanoseconds now) noexcept {
  memory_jobs_ = std::max<std::size_t>(1, most);
  if (decision_.n_jobs <= memory_jobs_) {
    return false;
  }
  decision_.n_jobs = memory_jobs_;
  decision_.reason = reason_code::memory_bound;
  if (waiting_) {
    waiting_->bound(memory_jobs_, waiting_bounds());
  }
  if (!waiting_ || !waiting_->is_active()) {
    start_climb(climb_.rate_alone(), now);
  }
  size_chunks();
  return true;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
