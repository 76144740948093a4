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
  policy::nanoseconds wake{0};   ///< spent by the caller on calling them, all together
  policy::nanoseconds start{0};  ///< until the first one was ready; 0 = none came
};

/// Cuts the remaining units among the seats: all to the caller when one helper is asked for (it
/// steals half of what is left when it comes, so a late one costs nothing), else even shares.
void deal(shared_map& map, std::size_t workers) noexcept;

/// Opens the map for `helpers`, works as worker 0, closes, waits for those inside, and runs
/// whatever is left. When it returns, every item was run or given up because of a failure or a stop
/// (map.errors, map.first_skipped), and nobody is inside.
/// Throws what map.tick throws, or a forced unwind, after nobody is inside; std::runtime_error in
/// the child of a fork that one of the map's own items made.
wake_observation run_shared(crew& with, shared_map& map, std::size_t helpers);

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
