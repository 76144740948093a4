#include "runtime/insight/html.hpp"
#include "runtime/insight/number_text.hpp"
#include "runtime/insight/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

std::string html_text(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const character next = first_character(text);
    const bool space = next.code == '\n' || next.code == '\t';
    if (next.code == '&') {
      result += "&amp;";
    } else if (next.code == '<') {
      result += "&lt;";
    } else if (next.code == '>') {
      result += "&gt;";
    } else if (next.code == '"') {
      result += "&quot;";
    } else if (next.code == '\'') {
      result += "&#39;";
    } else if (next.code == replacement_code || (is_control(next.code) && !space)) {
      result += replacement_bytes;
    } else {
      result += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return result;
}

std::string svg_number(double value) {
  std::array<char, 32> buffer;
  // Beyond a million nothing is visible, and the digits would not fit.
  const double shown = std::isfinite(value) ? std::fmin(std::fmax(value, -1e6), 1e6) : 0.0;
  const auto end = std::to_chars(
      buffer.data(), buffer.data() + buffer.size(), shown, std::chars_format::fixed, 1);
  return {buffer.data(), end.ptr};
}

std::string svg_start(double width, double height, std::string_view title) {
  std::string svg = "<svg role=\"img\" viewBox=\"0 0 ";
  svg += svg_number(width) + " " + svg_number(height) + "\" aria-label=\"";
  return svg.append(title).append("\">\n");
}

std::string svg_text(double x, double y, std::string_view anchor, std::string_view text) {
  std::string svg = "<text class=\"axis\" x=\"" + svg_number(x) + "\" y=\"" + svg_number(y);
  return svg.append("\" text-anchor=\"")
      .append(anchor)
      .append("\">")
      .append(text)
      .append("</text>\n");
}

std::string svg_line(std::string_view css_class, double x1, double y1, double x2, double y2) {
  std::string svg = "<line class=\"";
  return svg.append(css_class) + "\" x1=\"" + svg_number(x1) + "\" y1=\"" + svg_number(y1) +
         "\" x2=\"" + svg_number(x2) + "\" y2=\"" + svg_number(y2) + "\"/>\n";
}

double round_step(double range, double count) noexcept {
  const double rough = range / count;
  if (!(rough > 0.0) || !std::isfinite(rough)) {
    return 1.0;
  }
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) {
      return factor * power;
    }
  }
  return 10.0 * power;
}

std::string time_axis(const time_plot& in) {
  constexpr double ticks = 6.0;
  constexpr double label_drop = 15.0;
  constexpr double name_drop = 32.0;
  const double step = round_step(in.last_time, ticks);
  std::string svg = svg_line("rule", time_plot::left, in.bottom(), time_plot::right, in.bottom());
  for (int tick = 0; step * tick <= in.last_time * 1.001; ++tick) {
    const double x = in.x(step * tick);
    svg += svg_line("grid", x, in.top, x, in.bottom());
    svg += svg_text(x,
                    in.bottom() + label_drop,
                    "middle",
                    tick == 0 ? "0" : html_text(duration_text(policy::nanoseconds{step * tick})));
  }
  return svg + svg_text((time_plot::left + time_plot::right) / 2.0,
                        in.bottom() + name_drop,
                        "middle",
                        "time since the map began");
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
