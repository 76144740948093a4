// Where a finished report goes: to the caller, to stderr, to the files the environment asks for.
// Nothing else in the library prints.
// Thread safety: thread-safe; two maps that end at once must not share one options::report.
#pragma once

#include "runtime/settings.hpp"

#include <amorsize/report.hpp>
#include <amorsize/version.hpp>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// Adds label and environment warnings, then hands the report to everybody who wants it. Does
/// nothing unless with.reported(). Called when the map ends, also while an exception is on its way.
/// errno is unchanged.
void deliver(report&& filled, const settings& with) noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
