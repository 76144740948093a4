// How many workers fit into the memory? What a worker's items take is learnt while they run: from
// how far the process grew, and how high it ever was.
//
// The promise: as long as no item takes more than `memory_reserve` times the most that was seen,
// the map stays below what was available. A peak below one that the process had before cannot be
// seen, nor can one between two looks; then the most seen at the looks is all that is known. Thread
// safety: thread-compatible.
#pragma once

#include "runtime/policy/units.hpp"

#include <array>
#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

inline constexpr double memory_reserve = 1.5;
/// Only maps of such items are looked at: reading takes 10 to 150 us.
inline constexpr nanoseconds memory_item{1e6};

/// Of what an item touches only the pages are counted; this is the largest that a kernel gives by
/// itself.
inline constexpr double largest_page = 2.0 * 1024.0 * 1024.0;
inline constexpr double not_told = -1.0;

/// Bytes, at one moment.
struct memory_reading {
  bool is_known = false;
  double in_use = 0.0;     ///< by this process
  double peak = 0.0;       ///< the most that ever was
  double available = 0.0;  ///< what it could take beyond in_use
};

class memory_ceiling {
 public:
  /// limit: what the map may take altogether; 0 = what is available.
  explicit memory_ceiling(double limit = 0.0) noexcept : limit_(limit) {}

  /// Nobody runs an item now, but the caller has. What its items took is free again: no more than
  /// the process once had, nor than they touched anew, each (not_told: nobody knows). So a peak
  /// from before the map makes it careful only if its items do take memory.
  void observe_idle(const memory_reading& now, double touched) noexcept;
  /// workers: that run items, and those that are to go once theirs are done.
  void observe(const memory_reading& now, std::size_t workers) noexcept;

  /// Workers that fit, at least 1 and at most `most`; `most` while nothing is known. O(1).
  [[nodiscard]] std::size_t most_workers(std::size_t most) const noexcept;
  /// Bytes that the items of one worker take, at most so far; 0 = not known.
  [[nodiscard]] double per_worker() const noexcept { return per_worker_; }

 private:
  void begin(const memory_reading& now) noexcept;
  void follow_base(double in_use, std::size_t workers) noexcept;

  double limit_;
  double room_ = 0.0;  ///< for everything the map holds
  double peak_ = 0.0;  ///< when last looked
  double per_worker_ = 0.0;
  double suspected_ = 0.0;  ///< while nobody has been seen running
  bool is_begun_ = false;
  std::size_t workers_ = 1;         ///< at the newest reading
  std::array<double, 4> in_use_{};  ///< the newest readings with so many workers, as a ring
  std::size_t newest_ = 0;          ///< how many there were of them
  double level_ = 0.0;              ///< the lowest of the first of them
  double first_ = 0.0;              ///< before anything was shared
  double kept_ = 0.0;               ///< by process and results when the number of workers changed
  double base_ = 0.0;               ///< and now
  double last_in_use_ = 0.0;
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
