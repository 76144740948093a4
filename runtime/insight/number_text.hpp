// Numbers as a person reads them.
// Total: every value has a text, also 0, infinity and not-a-number. Independent of the locale.
// Thread safety: thread-safe; pure functions.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>
#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// Three significant digits and a unit: "0 ns", "90 ns", "1.50 us", "38 us", "3.20 s", "16.7 min";
/// two integral digits lose a ".0". Above 1000 days ">1000 d"; not a number: "unknown".
[[nodiscard]] std::string duration_text(policy::nanoseconds duration);

/// All digits, thousands apart: "99,000".
[[nodiscard]] std::string count_text(std::size_t count);

/// All digits up to nine of them, "1.00e+18" above: at most 11 characters.
[[nodiscard]] std::string short_count_text(std::size_t count);

/// A factor with three significant digits: "0.80", "1.97", "38", "1.25e+06", "unknown".
[[nodiscard]] std::string ratio_text(double ratio);

/// Items per second: "812 items/s", "1.25 M items/s".
[[nodiscard]] std::string rate_text(double items_per_second);

/// A share of one as a percentage: "95 %", "1250 %", "unknown".
[[nodiscard]] std::string percent_text(double fraction);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
