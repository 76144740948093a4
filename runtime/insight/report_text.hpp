// Reports, plans and machines as text for a terminal.
// Thread safety: thread-safe; pure functions.
#pragma once

#include <amorsize/machine.hpp>
#include <amorsize/plan.hpp>
#include <amorsize/report.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// What operator<< writes, lines of at most text_block_columns. The stream's width, fill and
/// flags play no part.
[[nodiscard]] std::string report_text(const report& value);
[[nodiscard]] std::string plan_text(const plan& value);
[[nodiscard]] std::string machine_text(const machine& value);

class text_block;

/// The row of what other numbers of workers than the chosen one were predicted to take.
void add_alternatives(text_block& block,
                      const std::vector<report::alternative>& alternatives,
                      std::size_t chosen);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
