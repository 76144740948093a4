// Runs one map with helpers from opening its gate to the last item, on the calling thread's side.
// Thread safety: each map belongs to the thread that called it.
#pragma once

#include "runtime/executor/crew.hpp"
#include "runtime/executor/shared_map.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

/// What opening the gate cost, for the overhead model.
struct wake_observation {
  std::size_t asked = 0;         ///< helpers that were there or could be called
  std::size_t called = 0;        ///< helpers that were there or could be called when the map opened
  std::size_t started = 0;       ///< of them, those called by this map
  bool awaited = false;          ///< some were there already, looking for work
  bool misplaced = false;        ///< one was woken on its caller's CPU: `start` is no sample
  policy::nanoseconds wake{0};   ///< spent by the caller on calling them, all together
  policy::nanoseconds start{0};  ///< until the first one was ready; 0 = none came
};

/// Cuts the remaining units among the seats: even shares, of which the caller's is larger by the
/// `head_start` items that it runs before the others come. What late ones leave is stolen back, so
/// one that never comes costs a few steals. The last share begins at the end of the map.
void deal(shared_map& map, std::size_t workers, std::size_t head_start = 0) noexcept;

/// Opens the map for `helpers`, works as worker 0, closes, waits for those inside, and runs
/// whatever is left. When it returns, every item was run or given up because of a failure or a stop
/// (map.errors, map.first_skipped), and nobody is inside.
/// Throws what map.tick throws, or a forced unwind, after nobody is inside; std::runtime_error in
/// the child of a fork that one of the map's own items made.
wake_observation run_shared(crew& with, shared_map& map, std::size_t helpers);

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
