// Where a finished report goes: to the caller, to stderr, to the files the environment asks for.
// Nothing else in the library prints.
// Thread safety: thread-safe; two maps that end at once must not share one options::report.
#pragma once

#include "runtime/settings.hpp"

#include <amorsize/report.hpp>
#include <amorsize/version.hpp>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// Shorter serial maps do not fill the logs, unless somebody wants a report of them.
inline constexpr policy::nanoseconds logged_from{50e3};

/// Adds label, limit and environment warnings, then hands the report to everybody who wants it. A
/// report without a map_id is of a map that ran in order on its thread: it gets one, and is
/// recorded for traces as one stretch of work. Does nothing unless with.recorded(). Called when the
/// map ends, also while an exception is on its way. errno is unchanged.
void deliver(report&& filled, const settings& with) noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
