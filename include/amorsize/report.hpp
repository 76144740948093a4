// What a map decided, how often it changed its mind, why, and what came of it.
// Thread safety: plain values; the functions are thread-safe.
#pragma once

#include <amorsize/detail/export.hpp>
#include <amorsize/version.hpp>

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// One decision in the course of a map.
struct revision {
  std::chrono::nanoseconds when{0};  ///< since the map began
  std::size_t n_jobs = 0;            ///< workers allowed from here on, the caller included
  std::size_t chunksize = 0;         ///< items per chunk from here on
  std::string reason = {};           ///< a sentence with the numbers behind it
};

/// The whole story of one map. Filled when it ends, also when it throws: `options{.report = &r}`.
struct report {
  std::size_t items = 0;      ///< given to the callable, also on failure
  std::size_t n_jobs = 0;     ///< workers allowed, in force longest; the caller included
  std::size_t chunksize = 0;  ///< items per chunk, in force longest
  std::size_t workers = 0;    ///< workers that ran items
  std::string reason = {};    ///< why n_jobs is what it is
  double estimated_speedup =
      0.0;  ///< over the plain loop, as predicted by the decision in force longest
  /// Items per second with helpers / alone, both measured in this map; alone: in a comparison, or
  /// before the first helper came. 1 when never shared; 0 when the rate alone was not measured.
  double measured_speedup = 0.0;
  std::vector<std::string> warnings = {};
  std::vector<revision> revisions = {};  ///< first the first decision; bounded, the newest are kept
  std::chrono::nanoseconds elapsed{0};   ///< first item starts to last item ends
  std::vector<std::chrono::nanoseconds> worker_busy =
      {};                              ///< time inside the callable per worker; [0] is the caller
  double estimated_cost_ns = 0.0;      ///< nanoseconds per item, as estimated at the end
  double estimated_cost_spread = 0.0;  ///< mean deviation between chunks / mean, 0 = even
  double measured_wake_cost_ns =
      0.0;  ///< what waking the helpers cost the caller in this map; 0 = none was woken
  double measured_start_delay_ns = 0.0;  ///< until the first helper ran, in this map; 0 = none came
  double claim_cost_ns = 0.0;            ///< claiming one chunk, as used in the decision
  std::string backend = {};              ///< "tbb", "threads", or "none" when nobody was asked
  std::string label = {};                ///< options::label
};

AMORSIZE_API std::ostream& operator<<(std::ostream& out, const report& value);

/// The members above under the same names, as one JSON object; durations in nanoseconds with the
/// suffix _ns. Valid JSON for every string: bytes that are not UTF-8 become U+FFFD.
AMORSIZE_API std::string to_json(const report& value);

/// The decisions of this process so far (bounded, oldest dropped), in the Chrome trace format.
AMORSIZE_API void write_trace(std::ostream& out);

/// One self-contained HTML page about one map.
AMORSIZE_API void write_page(std::ostream& out, const report& value);

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
