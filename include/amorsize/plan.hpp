// What optimize() found out: how a map would be run, what that would gain, and why.
// Thread safety: a plain value; the functions are thread-safe.
#pragma once

#include <amorsize/detail/export.hpp>
#include <amorsize/options.hpp>
#include <amorsize/report.hpp>
#include <amorsize/version.hpp>

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// The outcome of a dry run. Estimates are for the whole input, the sampled items included.
struct plan {
  std::size_t n_jobs = 0;          ///< planned workers, the caller included; 1 = the plain loop
  std::size_t chunksize = 0;       ///< planned items per chunk; all items when n_jobs is 1
  std::string reason = {};         ///< a sentence with the numbers behind it
  double estimated_speedup = 0.0;  ///< over the plain loop
  /// Where the speedup is expected, given how well the costs are known: high / low is at most 1.5
  /// where a microsecond or more of work was timed, and wide below (a warning says so).
  double estimated_speedup_low = 0.0;
  double estimated_speedup_high = 0.0;
  std::vector<std::string> warnings = {};
  std::size_t sampled_items = 0;       ///< items the dry run gave to the callable
  std::size_t items = 0;               ///< length of the input; 0 = unknown (single-pass sources)
  double estimated_cost_ns = 0.0;      ///< nanoseconds per item
  double estimated_cost_spread = 0.0;  ///< mean deviation / mean, 0 = even
  double estimated_serial_ns = 0.0;    ///< nanoseconds, all items on the calling thread
  double estimated_parallel_ns = 0.0;  ///< nanoseconds, all items under this plan
  double wake_cost_ns = 0.0;           ///< nanoseconds, what waking the helpers costs the caller
  double start_delay_ns = 0.0;         ///< nanoseconds until the first helper runs
  double claim_cost_ns = 0.0;          ///< nanoseconds, claiming one chunk
  double first_call_ns = 0.0;          ///< nanoseconds, the first call: timed apart, it may be cold
  double sampled_ns = 0.0;             ///< nanoseconds, all other calls of the dry run together
  std::size_t result_bytes = 0;  ///< of one result, the storage of a container included; the mean
  std::size_t limit_jobs = 0;    ///< what n_jobs could have been at most
  std::string limit = {};        ///< what set limit_jobs
  std::vector<report::alternative> alternatives = {};  ///< other numbers of workers, by n_jobs

  /// Options that make a map use exactly this n_jobs and chunksize; everything else as by default.
  ///
  /// Returns:       options{.n_jobs = n_jobs, .chunksize = chunksize}
  [[nodiscard]] AMORSIZE_API options as_options() const;
};

AMORSIZE_API std::ostream& operator<<(std::ostream& out, const plan& value);

/// The members above under the same names, as one JSON object. Valid JSON for every string: bytes
/// that are not UTF-8 become U+FFFD; numbers that are not finite become null.
AMORSIZE_API std::string to_json(const plan& value);

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
