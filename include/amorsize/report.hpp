// What a map decided, how often it changed its mind, why, and what came of it.
// Thread safety: plain values; the functions are thread-safe.
#pragma once

#include <amorsize/detail/export.hpp>
#include <amorsize/version.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
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
  /// What one worker did in one stretch of time: a chunk, or several where there were too many.
  struct span {
    std::size_t worker = 0;                ///< index into worker_busy; 0 is the caller
    std::chrono::nanoseconds when{0};      ///< first chunk began, since the map began
    std::chrono::nanoseconds duration{0};  ///< until the last one ended
    std::chrono::nanoseconds busy{0};      ///< of it, inside chunks
    std::size_t chunks = 0;
    std::size_t items = 0;
  };
  /// Chunks whose items cost about the same: [low, high), nanoseconds per item.
  struct cost_bin {
    double low_ns = 0.0;
    double high_ns = 0.0;
    std::size_t chunks = 0;
    std::size_t items = 0;
  };
  /// What another number of workers was predicted to bring.
  struct alternative {
    std::size_t n_jobs = 0;
    double estimated_ns = 0.0;       ///< for the items left at the decision; a CPU for each worker
    double estimated_speedup = 0.0;  ///< over the plain loop
  };

  std::size_t items = 0;           ///< given to the callable, also on failure
  std::size_t n_jobs = 0;          ///< workers allowed, in force longest; the caller included
  std::size_t chunksize = 0;       ///< items per chunk, in force longest
  std::size_t workers = 0;         ///< workers that ran items
  std::string reason = {};         ///< why n_jobs is what it is
  double estimated_speedup = 0.0;  ///< over the plain loop, as predicted by the decision in force
                                   ///< longest; see alternatives
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
  std::string outcome = {};              ///< "done", "failed" (an exception) or "cancelled"
  std::uint64_t map_id = 0;              ///< tells the maps of this process apart, as in the trace
  std::size_t limit_jobs = 0;            ///< what n_jobs could have been at most; 0 = not asked
  std::string limit = {};                ///< what set limit_jobs; empty when it was not asked
  /// For the decision in force longest, by n_jobs. Where n_jobs was set, or could not have been
  /// another, the estimates are made when the map has ended, of what its items did cost.
  std::vector<alternative> alternatives = {};
  /// What the first decision to share, or else the one in force longest, predicted for the whole
  /// map; 0 = it predicted nothing (n_jobs was set, say).
  std::chrono::nanoseconds estimated_elapsed{0};
  /// What the calling thread spent on deciding: asking what may be used, and calling helpers.
  std::chrono::nanoseconds deciding{0};
  std::string audit = {};  ///< how good the estimates were; empty: nothing to compare
  std::size_t chunks = 0;  ///< run by all workers, as far as recorded
  std::size_t steals = 0;  ///< ranges taken from another worker, as far as recorded
  /// The chunk that took longest: no number of workers finishes sooner than one item.
  std::chrono::nanoseconds longest_chunk{0};
  std::size_t longest_chunk_items = 0;  ///< in it; as far as recorded
  std::vector<span> timeline = {};      ///< by worker and time; bounded, see write_page
  std::vector<cost_bin> costs = {};     ///< what items cost, chunk by chunk; at most 24 bins
};

AMORSIZE_API std::ostream& operator<<(std::ostream& out, const report& value);

/// The members above under the same names, as one JSON object; durations in nanoseconds with the
/// suffix _ns. Valid JSON for every string: bytes that are not UTF-8 become U+FFFD; numbers that
/// are not finite become null.
AMORSIZE_API std::string to_json(const report& value);

/// What this process did so far, in the Chrome trace format (ui.perfetto.dev, chrome://tracing): a
/// track per thread with its chunks, steals, wake-ups and waits; a track per map with its decisions
/// and their reasons; counters for n_jobs, chunksize and items per second. Decisions are kept of
/// all maps that lasted 50 us or were shared; chunks of maps that somebody wanted a report of, and
/// of all while AMORSIZE_TRACE is set. Both are bounded, the oldest are dropped, and the trace says
/// how many (otherData).
///
/// Throws:        std::bad_alloc
/// Complexity:    O(events kept): at most 4,096 decisions and 32,768 events per thread
/// Thread safety: thread-safe, also while maps run.
AMORSIZE_API void write_trace(std::ostream& out);

/// One self-contained HTML page about one map, without scripts and without the network: workers
/// over time, n_jobs and chunksize over time, what items cost, predicted against measured, the
/// report's text. 4,096 spans at most are drawn, however many chunks there were.
///
/// Throws:        std::bad_alloc
/// Complexity:    O(spans + revisions)
AMORSIZE_API void write_page(std::ostream& out, const report& value);

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
