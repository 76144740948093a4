// Finished work as numbers: what the policy is told.
// Thread safety: immutable values.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// One finished block of the calling thread while it works alone.
struct chunk_sample {
  std::size_t items = 0;  ///< completed
  nanoseconds busy{
      0};  ///< time inside the caller's function, that of nested maps' helpers included
  nanoseconds finished{0};  ///< end of the block, counted from the start of the map
};

/// What all workers did between two beats.
struct beat_sample {
  std::size_t items = 0;  ///< completed by all
  nanoseconds busy{0};    ///< summed over the workers
  nanoseconds wall{0};    ///< how long the beat was
  double rate = 0.0;      ///< items per nanosecond: the sum of each worker's items / its busy time
  std::size_t workers = 0;     ///< that finished at least one chunk
  std::size_t items_left = 0;  ///< not yet given to the callable
  nanoseconds finished{0};     ///< end of the beat, counted from the start of the map
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
