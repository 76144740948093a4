// Why n_jobs could not be larger, for reports and plans.
// Thread safety: thread-safe.
#pragma once

#include "runtime/settings.hpp"

#include <amorsize/version.hpp>

#include <cstddef>
#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// What set the limit: an option, the affinity mask, the quota, the physical cores, other maps.
/// Empty when nobody asked for one (limit_jobs 0). Reads the affinity mask.
[[nodiscard]] std::string limit_text(std::size_t limit_jobs, const settings& with);

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
