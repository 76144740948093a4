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

/// Were the items that were run alone and together so different that their rates tell little about
/// the workers?
[[nodiscard]] bool compares_other_items(const report& value) noexcept;

class text_block;

/// Rows of what other numbers of workers than the chosen one were predicted to take; above the
/// limit they would need CPUs that this process may not use. limit: 0 = was not asked for.
/// hindsight: what is known better by now about more workers; empty = nothing.
void add_alternatives(text_block& block,
                      const std::vector<report::alternative>& alternatives,
                      std::size_t chosen,
                      std::size_t limit,
                      const std::string& hindsight);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
