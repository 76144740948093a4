// Turns a decision's numbers into one sentence a person understands.
// Total: every value has a text, also 0, infinity and not-a-number. Independent of the locale.
// Thread safety: thread-safe; pure functions.
#pragma once

#include "runtime/insight/number_text.hpp"
#include "runtime/policy/decision.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// No reason_text is longer, whatever the numbers.
inline constexpr std::size_t reason_text_limit = 120;

/// Why the decision is what it is, such as "serial: 400 items x 90 ns = 36 us < one wake-up of
/// 38 us". Starts with "serial: " or "shared: ".
///
/// Returns:       one line of at most reason_text_limit characters, never empty
[[nodiscard]] std::string reason_text(const policy::decision& made);

/// The code's own name, such as "too_short"; "unknown" for a value that is no code.
[[nodiscard]] std::string_view reason_name(policy::reason_code code) noexcept;

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
