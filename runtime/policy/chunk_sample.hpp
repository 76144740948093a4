// Finished work as numbers: what the policy is told.
// Thread safety: immutable values.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Items of one or several threads, and what the system says that these used while they ran. Of
/// long items only: asking is a system call.
struct usage_sample {
  std::size_t items = 0;  ///< 0: nobody asked, or the system does not tell
  nanoseconds wall{0};
  nanoseconds cpu{0};  ///< that of nested maps' helpers included
  double waits = 0.0;  ///< how often the threads gave their CPU up of their own accord

  constexpr usage_sample& operator+=(const usage_sample& more) noexcept {
    items += more.items;
    wall += sane(more.wall);
    cpu += sane(more.cpu);
    waits += more.waits;
    return *this;
  }
};

/// One finished block of the calling thread while it works alone.
struct chunk_sample {
  std::size_t items = 0;  ///< completed
  nanoseconds busy{
      0};  ///< time inside the caller's function, that of nested maps' helpers included
  nanoseconds finished{0};  ///< end of the block, counted from the start of the map
};

/// Items and what they took.
struct work_sample {
  std::size_t items = 0;
  nanoseconds busy{0};

  [[nodiscard]] constexpr nanoseconds cost() const noexcept {
    return items > 0 ? busy / static_cast<double>(items) : nanoseconds{0};
  }
};

/// What all workers did between two beats.
struct beat_sample {
  std::size_t items = 0;  ///< completed by all
  nanoseconds busy{0};    ///< summed over the workers
  nanoseconds wall{0};    ///< how long the beat was
  double rate = 0.0;      ///< items per nanosecond: the sum of each worker's items / its busy time
  std::size_t workers = 0;     ///< that finished at least one chunk
  std::size_t items_left = 0;  ///< not yet given to the callable
  /// Predicted for one worker alone, each range by what its own items cost; 0 = not asked for.
  /// Where costs rise, the mean over all finished items is mostly that of the cheap ones.
  nanoseconds serial_left{0};
  nanoseconds finished{0};  ///< end of the beat, counted from the start of the map
  /// Of it: what the caller did in its own range, and what was done in the range of one helper, the
  /// busiest, by itself or, while helpers are away, by the caller on a visit. Items at one place
  /// can be compared with their neighbours; those of different places may cost anything.
  work_sample caller{};
  work_sample peer{};
  std::size_t present = 0;  ///< workers inside the map at its end, the caller included
  usage_sample usage{};     ///< of the items about which somebody asked
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
