// Who calls whom when many helpers are wanted: the caller calls a few, and each that comes calls a
// few more. 63 one after another would keep the caller from its work for 0.6 ms, 999 for 10 ms.
// Thread safety: pure functions.
#pragma once

#include "runtime/policy/overhead_model.hpp"
#include "runtime/policy/units.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Helpers that one thread calls. Calling takes about a quarter of the time until a helper runs, so
/// the first of them can take over when the last has been called.
inline constexpr int wake_fanout = 4;

/// Of so many helpers, those that whoever wants them calls itself.
[[nodiscard]] constexpr std::size_t called_directly(std::size_t helpers) noexcept {
  constexpr std::size_t most = wake_fanout;
  return helpers < most ? helpers : most;
}

struct wake_times {
  nanoseconds asking{0};  ///< the caller's own part
  nanoseconds start{0};   ///< from the end of that, until a helper runs: the mean over all helpers
};

/// When so many helpers come. O(log helpers).
[[nodiscard]] wake_times predicted_wake(std::size_t helpers, const overheads& costs) noexcept;

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
