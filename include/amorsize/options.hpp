// What the caller may fix or bound. Everything is optional: 0 or empty means "you decide".
// Thread safety: a plain value; one object may serve several maps at once unless they share report.
#pragma once

#include <amorsize/progress.hpp>
#include <amorsize/report.hpp>
#include <amorsize/version.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// The order in which a stream hands out its results.
enum class order { input, completion };

/// The knobs of one map: `parallel_map(v, f, {.n_jobs = 4, .report = &r})`. A setting that does not
/// apply to a form (order::completion on a vector, say) is ignored. What makes no sense (n_jobs,
/// max_jobs or chunksize above 2^31, n_jobs > max_jobs > 0, a negative duration) throws bad_option
/// before the first item.
struct options {
  /// Exactly this many workers, the caller included: the helpers are asked for at once, without dry
  /// run or later change. A helper that comes late may find nothing to do. A callable that cannot
  /// be shared, or no thread to be had, gives fewer, with a warning.
  std::size_t n_jobs = 0;
  /// At most this many workers, the caller included.
  std::size_t max_jobs = 0;
  /// Exactly this many items a chunk: chunk boundaries at its multiples (the dry run's own blocks
  /// excepted when n_jobs is not set).
  std::size_t chunksize = 0;
  /// Items optimize() may run. 0: min(n, 5), then more while they are too cheap to time.
  std::size_t sample_size = 0;
  /// How long a chunk should take. 0: chosen from what claiming one costs.
  std::chrono::nanoseconds target_chunk_duration{0};
  /// Streams only: bytes that items and results in flight may take, as size_in_bytes sees them. One
  /// batch is always allowed. 0: an eighth of what is available.
  std::uint64_t memory_limit = 0;
  /// Streams only: results in input order or as they complete.
  order results = order::input;
  /// Running chunks finish their current item, then `cancelled` is thrown.
  std::stop_token stop = {};
  /// Filled when the map ends, also when it throws.
  amorsize::report* report = nullptr;
  /// Called on the calling thread, at most about ten times a second and once at the end,
  /// unless the map throws.
  std::function<void(const progress&)> on_progress = {};
  /// Names this map in reports and traces.
  std::string_view label = {};
  /// The report goes to stderr when the map ends.
  bool verbose = false;
};

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
