// Numbers as a person reads them.
// Thread safety: thread-safe; pure functions.
#pragma once

#include "bench/driver/statistics.hpp"

#include <string>

namespace amorsize_bench {

/// Three significant digits and a unit: "812 ns", "1.25 ms"; "-" if not a number.
[[nodiscard]] std::string time_text(double ns);

/// Two decimals, fewer for large ones: "0.98", "12.3", "140"; "-" if not a number.
[[nodiscard]] std::string ratio_text(double ratio);

/// "0.98 to 1.04".
[[nodiscard]] std::string interval_text(const interval& range);

/// "12 %"; "-" if not a number.
[[nodiscard]] std::string percent_text(double fraction);

/// "3 min 20 s".
[[nodiscard]] std::string minutes_text(double seconds);

/// Blanks on the right up to `width` columns, or on the left; never cut.
[[nodiscard]] std::string left_in(const std::string& text, std::size_t width);
[[nodiscard]] std::string right_in(const std::string& text, std::size_t width);

}  // namespace amorsize_bench
