// Draws a value that changes in steps over time as an inline SVG element.
// Thread safety: thread-safe; pure functions.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// From `when` on, until the next step, the value is `count`.
struct step {
  policy::nanoseconds when;
  std::size_t count;
};

/// An <svg> element: the steps as a line, each with a tooltip. Colours come from the page: classes
/// axis, grid, line and point. Total: times that are negative, out of order or not finite are drawn
/// at the nearest sensible place.
///
/// Preconditions: title is valid inside HTML text and attributes (it is not escaped).
[[nodiscard]] std::string step_chart(std::string_view title,
                                     const std::vector<step>& steps,
                                     policy::nanoseconds end);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
