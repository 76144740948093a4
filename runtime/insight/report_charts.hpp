// The drawings of a report's page, as SVG. Labels of workers and numbers only: nothing in them
// comes from outside but reasons, and those are escaped. Thread safety: thread-safe; pure
// functions.
#pragma once

#include <amorsize/report.hpp>

#include <cstddef>
#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// Workers that have a row; more are counted in a line below.
inline constexpr std::size_t most_worker_rows = 48;

/// Who worked when, with a dashed line for each decision. Empty without a timeline.
[[nodiscard]] std::string worker_chart(const report& value);

/// What items cost, chunk by chunk, as a histogram. Empty when nothing was recorded.
[[nodiscard]] std::string cost_chart(const report& value);

/// What was predicted, for other numbers of workers too, and what it took. Empty when nothing was
/// predicted.
[[nodiscard]] std::string prediction_chart(const report& value);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
