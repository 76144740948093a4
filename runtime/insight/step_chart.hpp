// A number that changes at certain times, as a line of steps in SVG. Thread safety: thread-safe;
// pure functions.
#pragma once

#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// From this time on the number is `count`.
struct step {
  policy::nanoseconds when;
  std::size_t count;
  std::string_view reason = {};  ///< shown when the mouse is over it; any bytes
};

/// The steps from 0 to `end` as an SVG element with labelled axes. Each step is a point that tells
/// time, number and reason when the mouse is over it, and a link to "#decision-<index>". Times that
/// go back count as no time passed. A number that spans more than a factor of 100 is drawn on a
/// logarithmic axis. title, axis: already escaped.
[[nodiscard]] std::string step_chart(std::string_view title,
                                     std::string_view axis,
                                     const std::vector<step>& steps,
                                     policy::nanoseconds end);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
