#include "runtime/exit_files.hpp"
#include "runtime/probe/environment.hpp"
#include "runtime/settings.hpp"

#include <amorsize/errors.hpp>

#include <algorithm>
#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

[[noreturn]] void refuse(const char* option,
                         const std::string& value,
                         const std::string& accepted) {
  throw bad_option("amorsize: options::" + std::string(option) + " = " + value +
                   " makes no sense; accepted is " + accepted);
}

void check_count(const char* option, std::size_t value) {
  if (value > probe::largest_count) {
    refuse(
        option, std::to_string(value), "0 (you decide) to " + std::to_string(probe::largest_count));
  }
}

void check(const options& how) {
  check_count("n_jobs", how.n_jobs);
  check_count("max_jobs", how.max_jobs);
  check_count("chunksize", how.chunksize);
  if (how.max_jobs != 0 && how.n_jobs > how.max_jobs) {
    refuse("n_jobs",
           std::to_string(how.n_jobs),
           "0 (you decide) to " + std::to_string(how.max_jobs) + ", which is options::max_jobs");
  }
  if (how.target_chunk_duration.count() < 0) {
    refuse("target_chunk_duration",
           std::to_string(how.target_chunk_duration.count()) + " ns",
           "0 (you decide) or more");
  }
}

/// The smaller limit; 0 is none.
std::size_t tighter(std::size_t a, std::size_t b) {
  return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
}

bool is_silent(const probe::environment& from) {
  return from.n_jobs == 0 && from.max_jobs == 0 && from.chunksize == 0 && !from.verbose &&
         from.trace_path.empty() && from.report_path.empty();
}

}  // namespace

settings combine_settings(const options* how, const probe::environment& from) {
  settings result;
  result.verbose = from.verbose;
  result.paged = !from.report_path.empty();
  result.traced = !from.trace_path.empty();
  if (how != nullptr) {
    check(*how);
    result.how = how;
    result.n_jobs = how->n_jobs;
    result.max_jobs = how->max_jobs;
    result.chunksize = how->chunksize;
    result.sample_size = how->sample_size;
    result.target_chunk = how->target_chunk_duration;
    result.verbose = result.verbose || how->verbose;
  }
  if (result.n_jobs == 0) {
    result.n_jobs = from.n_jobs;
  }
  if (result.chunksize == 0) {
    result.chunksize = from.chunksize;
  }
  result.max_jobs = tighter(result.max_jobs, from.max_jobs);
  if (result.max_jobs != 0) {
    result.n_jobs = std::min(result.n_jobs, result.max_jobs);
  }
  return result;
}

namespace detail {

constinit std::atomic<environment_state> environment_heard{environment_state::unread};

settings resolve_settings_slowly(const options* how) {
  if (how != nullptr && how->report != nullptr) {
    *how->report = {};  // a bad option leaves no account of an earlier map behind
  }
  const probe::environment& from = probe::this_environment();
  const bool silent = is_silent(from);
  environment_heard.store(silent ? environment_state::silent : environment_state::speaking,
                          std::memory_order_relaxed);
  if (!silent) {
    arrange_exit_files();
  }
  return combine_settings(how, from);
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
