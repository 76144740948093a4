// Is sharing worth it at all?
// Thread safety: pure function.
#pragma once

#include "runtime/policy/units.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// A shared map must be predicted to take at most this fraction of the serial time: predictions
/// err, and what is gained below a tenth is not worth waking anybody.
inline constexpr double worthwhile_fraction = 0.9;

enum class gate_verdict {
  too_short,   ///< what is left is less than waking one worker takes
  too_little,  ///< sharing would bring less than a tenth
  share,
};

/// alone, shared: predicted time for what is left. prepared: serial time the map has spent already
/// and cannot win back (filling the result vector); it dilutes the gain. waking: tau + lambda of
/// one helper.
[[nodiscard]] gate_verdict serial_gate(nanoseconds alone,
                                       nanoseconds shared,
                                       nanoseconds prepared,
                                       nanoseconds waking) noexcept;

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
