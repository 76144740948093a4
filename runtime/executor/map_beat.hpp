// The beat of a shared map: one worker sums up what all have done, tells the controller, and does
// what it decides: more workers, fewer, a comparison.
// Thread safety: see the function; the map's members say who writes what.
#pragma once

#include "runtime/executor/shared_map.hpp"
#include "runtime/policy/units.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

/// Any worker inside the gate, after each chunk. One at a time gets on; O(workers) then, else one
/// comparison of times.
void beat_if_due(shared_map& map, policy::nanoseconds now) noexcept;

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
