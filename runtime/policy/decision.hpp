// A decision as numbers. Only insight/ turns it into words.
// Thread safety: immutable values.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>
#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Why n_jobs is what it is. Facts about the call come first, then limits, then predictions, then
/// what was learnt while running.
enum class reason_code : std::uint8_t {
  none,                    ///< nothing decided yet
  empty_input,             ///< no items
  stopped_before,          ///< a stop was requested before the first item
  single_item,             ///< one item (left): nothing to share
  callable_not_shareable,  ///< not invocable through const F&
  output_not_shareable,    ///< neighbouring outputs share a memory location (vector<bool>, proxies)
  ranges_overlap,          ///< input and output overlap: only the forward order is right
  not_random_access,       ///< stream, list, generator: run in order on the calling thread
  one_job_requested,       ///< n_jobs = 1 or max_jobs = 1
  one_cpu_allowed,         ///< affinity mask or quota leaves one CPU
  library_limit,   ///< oneTBB may have one thread here (global_control, the arena around the call)
  workers_busy,    ///< nested or concurrent maps already use the machine
  no_threads,      ///< the system gave no thread
  backend_failed,  ///< oneTBB failed earlier in this process
  forked_child,    ///< forked in the middle of a map
  too_many_maps,   ///< more maps share at once than the library has places for
  too_short,       ///< predicted remaining work is below one wake-up
  gain_too_small,  ///< sharing would save less than a tenth
  shared_predicted,    ///< n_jobs minimises the predicted makespan
  jobs_requested,      ///< n_jobs was set by the caller or the environment
  no_speedup,          ///< measured: the workers hinder each other
  no_speedup_before,   ///< they did in earlier calls of the site
  trying_alone,        ///< a short comparison: is the rate better without helpers?
  trying_siblings,     ///< all cores are busy: do their siblings help?
  trying_again,        ///< back-off is over: do helpers help now?
  costs_changed,       ///< the items became dearer, the helpers do help
  fewer_help_as_much,  ///< measured: fewer workers reach the same rate
  items_wait,          ///< measured: the items wait, more workers than CPUs raise the rate
  waiting_in_vain,     ///< measured: the items wait, but for each other
  waiting_is_over,     ///< measured: the items do not wait any more
  memory_bound,        ///< what the items of more workers take would not fit into the memory
  fewer_cpus,          ///< affinity mask or quota was narrowed while the map ran
  more_cpus,           ///< widened
  maps_in_series,      ///< too short by itself, but such maps follow each other closely
  items_not_keepable,  ///< items cannot be taken out of the source, or f takes only its references
  no_memory,           ///< no room for batches
  stream_too_short,    ///< the stream ended before handing over could pay
  stream_trial,        ///< has lasted long enough to try helpers
  stream_shared,       ///< measured: the stream is faster with helpers
  stream_inline,       ///< measured: handing over is not repaid
};

/// Items that wait leave this part of their time to the CPU at most. Above, what more workers than
/// CPUs could gain is a third.
inline constexpr double most_cpu_of_waiting = 0.75;

/// One decision and the numbers behind it.
struct decision {
  std::size_t n_jobs = 1;     ///< planned workers, the caller included
  std::size_t chunksize = 0;  ///< planned items per chunk
  reason_code reason = reason_code::none;
  float waiting_fraction = 0.0F;    ///< of the items' time, when they wait
  std::size_t items_left = 0;       ///< when the decision was made
  std::size_t limit_jobs = 0;       ///< what n_jobs could have been at most
  nanoseconds estimated_cost{0};    ///< per item
  nanoseconds wake_cost{0};         ///< tau: what waking the helpers costs the caller
  nanoseconds start_delay{0};       ///< lambda: until they start
  nanoseconds claim_cost{0};        ///< h: claiming a chunk
  nanoseconds estimated_serial{0};  ///< remaining work alone
  nanoseconds estimated_parallel{
      0};  ///< remaining work under this decision (or the best one refused)
  double measured_rate_ratio = 0.0;  ///< items per second with helpers / alone; 0 = not measured

  /// Are there more workers than CPUs, for items that wait? They do not count against the budget.
  [[nodiscard]] bool is_beyond_cpus() const noexcept {
    return (reason == reason_code::items_wait || reason == reason_code::memory_bound) &&
           n_jobs > limit_jobs;
  }
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
