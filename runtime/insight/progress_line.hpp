// The line a progress bar draws.
// Thread safety: thread-safe; a pure function.
#pragma once

#include <amorsize/progress.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// Label, bar, percentage (or count, when the total is unknown), items per second, time left; when
/// all is done, time taken. What does not fit is left out: first the bar, then the rate, the time,
/// and the end of the label.
///
/// Returns:       one line of at most `columns` columns, without control characters
[[nodiscard]] std::string progress_line(std::string_view label,
                                        const progress& now,
                                        std::size_t columns);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
