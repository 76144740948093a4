// Reports, plans and machines as text for a terminal.
// Thread safety: thread-safe; pure functions.
#pragma once

#include <amorsize/machine.hpp>
#include <amorsize/plan.hpp>
#include <amorsize/report.hpp>

#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// What operator<< writes, lines of at most text_block_columns. The stream's width, fill and
/// flags play no part.
[[nodiscard]] std::string report_text(const report& value);
[[nodiscard]] std::string plan_text(const plan& value);
[[nodiscard]] std::string machine_text(const machine& value);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
