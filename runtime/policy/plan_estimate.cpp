#include "runtime/policy/makespan.hpp"
#include "runtime/policy/plan_estimate.hpp"

#include <algorithm>
#include <cmath>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// What a call with options costs over std::transform: 1,000 instructions, in a cold cache.
inline constexpr nanoseconds call_overhead{800};
/// Two runs of the same loop differ by so much, whatever was sampled.
inline constexpr double least_error = 0.05;
/// Helpers that share caches and memory with the caller reach at least this part of its rate, in
/// what a dry run can foresee; a lock in the callable it cannot.
inline constexpr double poor_helpers = 0.8;
/// How far a wake can be off from what earlier ones took.
inline constexpr double slow_start = 2.5;
inline constexpr double quick_start = 1.0 / 3.0;
/// What less than a microsecond of timed work adds on both sides.
inline constexpr double hardly_timed = 1.3;

double speedup_at(nanoseconds cost,
                  const plan_basis& basis,
                  std::size_t n_jobs,
                  double start_factor) noexcept {
  overheads costs = basis.costs;
  costs.start *= start_factor;
  costs.wake *= std::sqrt(start_factor);
  const remaining_work work{basis.items, cost};
  const nanoseconds shared = predicted_makespan(work, n_jobs, costs);
  return shared.count() > 0.0 ? serial_time(work) / shared : 1.0;
}

}  // namespace

void sample_statistics::observe(std::size_t items, nanoseconds busy) noexcept {
  if (items == 0) {
    return;
  }
  const double count = static_cast<double>(items);
  const nanoseconds time = sane(busy);
  if (first_items_ == 0.0) {
    first_items_ = count;
    first_busy_ = time;
    return;
  }
  items_ += count;
  busy_ += time;
  items_squared_ += count * count;
  cost_squared_ += time.count() * (time.count() / count);
}

nanoseconds sample_statistics::cost() const noexcept {
  if (items_ > 0.0) {
    return busy_ / items_;
  }
  return first_items_ > 0.0 ? first_busy_ / first_items_ : nanoseconds{0};
}

double sample_statistics::spread() const noexcept {
  const double mean = cost().count();
  if (!(items_ > 0.0) || !(mean > 0.0)) {
    return 0.0;
  }
  const double variance = cost_squared_ / items_ - mean * mean;
  return variance > 0.0 ? std::sqrt(variance) / mean : 0.0;
}

double sample_statistics::relative_error() const noexcept {
  if (!(items_ > 0.0)) {
    return 1.0;
  }
  // A large block counts for one: its items were not timed one by one.
  const double blocks = items_ * items_ / items_squared_;
  return spread() / std::sqrt(std::max(blocks, 1.0));
}

speedup_range estimate_speedup(const plan_basis& basis,
                               std::size_t n_jobs,
                               double relative_error,
                               nanoseconds sampled) noexcept {
  const double error = std::clamp(relative_error, least_error, 1.0);
  speedup_range range;
  if (n_jobs > 1 && !(serial_time({basis.items, basis.cost}) > nanoseconds{0})) {
    range.low = 1.0 / narrow;  // no cost is known: as good as the loop, and no more is said
    range.high = static_cast<double>(n_jobs);
    return range;
  }
  if (n_jobs <= 1) {
    const nanoseconds alone = serial_time({basis.items, basis.cost}) + nanoseconds{1.0};
    range.low = (1.0 - least_error) * alone / (alone + call_overhead);
    range.high = 1.0 + least_error;
  } else {
    range.expected = speedup_at(basis.cost, basis, n_jobs, 1.0);
    const double worst = speedup_at(basis.cost / (1.0 + error), basis, n_jobs, slow_start);
    const double best = speedup_at(basis.cost * (1.0 + error), basis, n_jobs, quick_start);
    range.low = std::min(range.expected, worst * poor_helpers);
    range.high = std::max(range.expected, best * (1.0 + least_error));
  }
  if (sampled < well_timed) {
    range.low /= hardly_timed;
    range.high *= hardly_timed;
  } else if (range.high > narrow * range.low && n_jobs > 1) {
    const double shrink = std::log(narrow) / std::log(range.high / range.low);
    range.low = range.expected * std::pow(range.low / range.expected, shrink);
    range.high = range.expected * std::pow(range.high / range.expected, shrink);
  }
  return range;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
