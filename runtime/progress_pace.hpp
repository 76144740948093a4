// How often a map tells how far it has come.
// Thread safety: immutable.
#pragma once

#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// on_progress is called about so often, and once at the end.
inline constexpr policy::nanoseconds progress_interval{100e6};

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
