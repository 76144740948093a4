// What a call site remembers, on the engine's side: how it is read and when it is changed.
// Thread safety: thread-safe; a site's members are relaxed atomics that stand for themselves.
#pragma once

#include "runtime/policy/calls_alone.hpp"
#include "runtime/policy/units.hpp"

#include <amorsize/detail/call_site.hpp>

#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// Per item, from earlier calls; 0 = nothing is remembered.
[[nodiscard, gnu::hot]] policy::nanoseconds remembered_cost(const detail::call_site* site) noexcept;

/// Keeps a measured cost per item for the site's next call, if it has moved by more than a tenth.
[[gnu::hot]] void remember_cost(detail::call_site* site, policy::nanoseconds cost) noexcept;

/// The next call measures as a first one does.
void forget_cost(detail::call_site* site) noexcept;

/// What earlier calls have shown about helpers.
[[nodiscard, gnu::hot]] policy::calls_alone remembered_calls_alone(
    const detail::call_site* site) noexcept;
void remember_calls_alone(detail::call_site* site, policy::calls_alone calls) noexcept;

/// How many calls of this thread may now run without the clock: 32 to 63, by the last digits of a
/// reading, so that sites called in turn all get theirs.
[[nodiscard, gnu::hot]] std::uint32_t untimed_calls(policy::nanoseconds reading) noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
