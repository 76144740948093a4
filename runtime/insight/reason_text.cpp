#include "runtime/insight/reason_text.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

/// "serial: " or "shared: 2 of 4 workers, ".
std::string opening(const policy::decision& made) {
  if (made.n_jobs <= 1) {
    return "serial: ";
  }
  std::string text = "shared: " + short_count_text(made.n_jobs);
  if (made.limit_jobs >= made.n_jobs) {
    text += " of " + short_count_text(made.limit_jobs);
  }
  return text + " workers, ";
}

policy::nanoseconds serial_time(const policy::decision& made) {
  if (made.estimated_serial.count() > 0.0) {
    return made.estimated_serial;
  }
  return made.estimated_cost * static_cast<double>(made.items_left);
}

/// "400 items x 90 ns".
std::string work_text(const policy::decision& made) {
  return short_count_text(made.items_left) + (made.items_left == 1 ? " item x " : " items x ") +
         duration_text(made.estimated_cost);
}

std::string too_short_text(const policy::decision& made) {
  const policy::nanoseconds serial = serial_time(made);
  const policy::nanoseconds wake_up = made.wake_cost + made.start_delay;
  const std::string work = work_text(made) + " = " + duration_text(serial);
  if (serial < wake_up) {
    return work + " < one wake-up of " + duration_text(wake_up);
  }
  // Never print a "<" that is not true.
  return work + ", too short for a wake-up of " + duration_text(wake_up);
}

/// More than so many times as fast as there are workers, it is the rate of one that is out of date.
constexpr double most_credible = 1.5;

bool is_credible(const policy::decision& made) {
  const std::size_t workers = std::max({made.n_jobs, made.limit_jobs, std::size_t{2}});
  return made.measured_rate_ratio > 0.0 &&
         made.measured_rate_ratio <= most_credible * static_cast<double>(workers);
}

/// " (1.97 x the rate of one)", or nothing when it was not measured.
std::string measured_text(const policy::decision& made) {
  if (!is_credible(made)) {
    return {};
  }
  return " (" + ratio_text(made.measured_rate_ratio) + " x the rate of one)";
}

/// What made the helpers look useless, or what made them worth another try.
std::string trial_text(const policy::decision& made, const char* what, const char* when) {
  if (!(made.measured_rate_ratio > 0.0)) {
    return what;
  }
  return is_credible(made) ? std::string(what) + " (" + ratio_text(made.measured_rate_ratio) +
                                 " x the rate of one " + when + ")"
                           : std::string(what) + " (the rate of one is out of date)";
}

std::string no_speedup_text(const policy::decision& made) {
  if (!(made.measured_rate_ratio > 0.0)) {
    return "the workers hinder each other (a lock or memory bound?)";
  }
  const std::string who = made.limit_jobs == 2 ? "two workers reach " : "the workers reach ";
  return who + ratio_text(made.measured_rate_ratio) +
         " x the rate of one (a lock or memory bound?)";
}

/// "2 CPUs: items wait 98 % of 1.10 ms (32 x the rate of one)".
std::string waiting_text(const policy::decision& made) {
  return short_count_text(made.limit_jobs) +
         (made.limit_jobs == 1 ? " CPU: items wait " : " CPUs: items wait ") +
         percent_text(static_cast<double>(made.waiting_fraction)) + " of " +
         duration_text(made.estimated_cost) + measured_text(made);
}

/// What follows the opening.
std::string cause(const policy::decision& made) {
  using policy::reason_code;
  const bool alone = made.n_jobs <= 1;
  switch (made.reason) {
    case reason_code::none:
      return "nothing decided yet";
    case reason_code::stopped_before:
      return "stopped before the first item";
    case reason_code::library_limit:
      return "oneTBB may have one thread here (an arena or global_control)";
    case reason_code::empty_input:
      return "no items";
    case reason_code::single_item:
      return "one item left, nothing to share";
    case reason_code::callable_not_shareable:
      return "the callable is not invocable through const F& (a mutable lambda?)";
    case reason_code::output_not_shareable:
      return "outputs share memory locations (std::vector<bool> or a proxy)";
    case reason_code::ranges_overlap:
      return "input and output overlap, only the forward order is right";
    case reason_code::not_random_access:
      return "not random access, run in order on the calling thread";
    case reason_code::one_job_requested:
      return "one job requested (n_jobs = 1 or max_jobs = 1)";
    case reason_code::one_cpu_allowed:
      return "affinity mask or CPU quota leaves one CPU";
    case reason_code::workers_busy:
      return alone ? "nested or concurrent maps already use the machine"
                   : "nested or concurrent maps use the others";
    case reason_code::no_threads:
      return alone ? "the system gave no thread" : "the system gave no further thread";
    case reason_code::backend_failed:
      return "oneTBB failed earlier in this process";
    case reason_code::forked_child:
      return "forked in the middle of a map";
    case reason_code::too_many_maps:
      return "more maps share at once than the library has places for";
    case reason_code::too_short:
      return too_short_text(made);
    case reason_code::gain_too_small:
      return work_text(made) + "; " + duration_text(serial_time(made)) + " alone, " +
             duration_text(made.estimated_parallel) + " shared, no gain";
    case reason_code::shared_predicted:
      return work_text(made) + "; " + duration_text(serial_time(made)) + " alone, " +
             duration_text(made.estimated_parallel) + " predicted";
    case reason_code::jobs_requested:
      return "n_jobs was set by the caller or the environment";
    case reason_code::no_speedup:
      return no_speedup_text(made);
    case reason_code::no_speedup_before:
      return "in earlier calls the workers hindered each other (a lock or memory bound?)";
    case reason_code::trying_alone:
      return trial_text(made, "a short trial alone, do helpers help?", "with them");
    case reason_code::trying_siblings:
      return "do second threads on busy cores help?" + measured_text(made);
    case reason_code::trying_again:
      return trial_text(made, "trying again, do helpers help now?", "before");
    case reason_code::costs_changed:
      return "items now cost " + duration_text(made.estimated_cost) + ", helpers help" +
             measured_text(made);
    case reason_code::fewer_help_as_much:
      return "more do not raise the rate" + measured_text(made);
    case reason_code::items_wait:
      return waiting_text(made);
    case reason_code::waiting_in_vain:
      return "they wait, but more do not raise the rate" + measured_text(made);
    case reason_code::waiting_is_over:
      return "the items do not wait any more" + measured_text(made);
    case reason_code::memory_bound:
      return alone ? "the items of two workers would not fit into the memory"
                   : "the items of more would not fit into the memory";
    case reason_code::fewer_cpus:
      return alone ? "affinity mask or CPU quota has been narrowed to one CPU"
                   : "affinity mask or CPU quota has been narrowed";
    case reason_code::more_cpus:
      return "affinity mask or CPU quota has been widened";
    case reason_code::maps_in_series:
      return work_text(made) + "; short, but such maps follow each other closely";
    case reason_code::items_not_keepable:
      return "items cannot be stored, or the callable needs the source's own";
    case reason_code::no_memory:
      return "no memory for batches of items";
    case reason_code::stream_too_short:
      return "a stream, too short so far to hand items over";
    case reason_code::stream_trial:
      return "a stream, " + duration_text(made.estimated_cost) + " per item, helpers are tried";
    case reason_code::stream_shared:
      return "a stream, items of " + duration_text(made.estimated_cost) + measured_text(made);
    case reason_code::stream_inline:
      return "a stream, handing over is not repaid" + measured_text(made);
  }
  return "unknown reason";
}

}  // namespace

std::string reason_text(const policy::decision& made) {
  return opening(made) + cause(made);
}

std::string_view reason_name(policy::reason_code code) noexcept {
  using policy::reason_code;
  switch (code) {
    case reason_code::none:
      return "none";
    case reason_code::stopped_before:
      return "stopped_before";
    case reason_code::library_limit:
      return "library_limit";
    case reason_code::empty_input:
      return "empty_input";
    case reason_code::single_item:
      return "single_item";
    case reason_code::callable_not_shareable:
      return "callable_not_shareable";
    case reason_code::output_not_shareable:
      return "output_not_shareable";
    case reason_code::ranges_overlap:
      return "ranges_overlap";
    case reason_code::not_random_access:
      return "not_random_access";
    case reason_code::one_job_requested:
      return "one_job_requested";
    case reason_code::one_cpu_allowed:
      return "one_cpu_allowed";
    case reason_code::workers_busy:
      return "workers_busy";
    case reason_code::no_threads:
      return "no_threads";
    case reason_code::backend_failed:
      return "backend_failed";
    case reason_code::forked_child:
      return "forked_child";
    case reason_code::too_many_maps:
      return "too_many_maps";
    case reason_code::too_short:
      return "too_short";
    case reason_code::gain_too_small:
      return "gain_too_small";
    case reason_code::shared_predicted:
      return "shared_predicted";
    case reason_code::jobs_requested:
      return "jobs_requested";
    case reason_code::no_speedup:
      return "no_speedup";
    case reason_code::no_speedup_before:
      return "no_speedup_before";
    case reason_code::trying_alone:
      return "trying_alone";
    case reason_code::trying_siblings:
      return "trying_siblings";
    case reason_code::trying_again:
      return "trying_again";
    case reason_code::costs_changed:
      return "costs_changed";
    case reason_code::fewer_help_as_much:
      return "fewer_help_as_much";
    case reason_code::items_wait:
      return "items_wait";
    case reason_code::waiting_in_vain:
      return "waiting_in_vain";
    case reason_code::waiting_is_over:
      return "waiting_is_over";
    case reason_code::memory_bound:
      return "memory_bound";
    case reason_code::fewer_cpus:
      return "fewer_cpus";
    case reason_code::more_cpus:
      return "more_cpus";
    case reason_code::maps_in_series:
      return "maps_in_series";
    case reason_code::items_not_keepable:
      return "items_not_keepable";
    case reason_code::no_memory:
      return "no_memory";
    case reason_code::stream_too_short:
      return "stream_too_short";
    case reason_code::stream_trial:
      return "stream_trial";
    case reason_code::stream_shared:
      return "stream_shared";
    case reason_code::stream_inline:
      return "stream_inline";
  }
  return "unknown";
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
