// Text as it may stand in an HTML page, and the parts all of its drawings have.
// Thread safety: thread-safe; pure functions.
#pragma once

#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// Text as it may stand in an element or a quoted attribute. Newlines and tabs stay; other control
/// characters and ill-formed bytes become U+FFFD.
[[nodiscard]] std::string html_text(std::string_view text);

/// A coordinate in SVG units, one decimal. Not finite: 0.
[[nodiscard]] std::string svg_number(double value);

/// Where a drawing with a time axis draws, in SVG units; the element itself scales with the page.
struct time_plot {
  double height = 170.0;
  double top = 14.0;
  double bottom_margin = 40.0;  ///< the axis, its labels and its name
  double last_time = 1.0;       ///< nanoseconds at the right end; positive
  static constexpr double width = 800.0;
  static constexpr double left = 96.0;
  static constexpr double right = width - 64.0;

  [[nodiscard]] double bottom() const noexcept { return height - bottom_margin; }
  [[nodiscard]] double x(double time) const noexcept {
    return left + (right - left) * time / last_time;
  }
};

/// "<svg ...>" of that size; title: what a screen reader says. Already escaped.
[[nodiscard]] std::string svg_start(double width, double height, std::string_view title);

/// anchor: start, middle or end. text: already escaped.
[[nodiscard]] std::string svg_text(double x,
                                   double y,
                                   std::string_view anchor,
                                   std::string_view text);

[[nodiscard]] std::string svg_line(
    std::string_view css_class, double x1, double y1, double x2, double y2);

/// Ticks at round times with their labels, grid lines, and the axis's name.
[[nodiscard]] std::string time_axis(const time_plot& in);

/// A step of 1, 2 or 5 times a power of ten, so that about `count` of them make `range`. Positive.
[[nodiscard]] double round_step(double range, double count) noexcept;

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
