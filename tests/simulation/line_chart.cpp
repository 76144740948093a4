#include "tests/simulation/line_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

namespace amorsize_tests {
namespace {

// In pixels.
constexpr double left = 60.0;
constexpr double top = 58.0;
constexpr double width = 520.0;
constexpr double height = 300.0;
constexpr double names_at = left + width + 14.0;
constexpr double whole_width = names_at + 190.0;
constexpr double whole_height = top + height + 64.0;
constexpr double name_height = 17.0;

/// Told apart with any kind of colour vision, on white and on black: they differ in lightness, and
/// every second line is dashed. Source: Okabe and Ito 2008, without yellow and black.
constexpr std::array<const char*, 6> colours{
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"};

std::string formatted(const char* format, auto... values) {
  std::array<char, 512> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

class drawing {
 public:
  explicit drawing(const line_chart& chart) : chart_(chart) {}

  [[nodiscard]] std::string text() const {
    return head() + grid() + lines() + names() + "</svg>\n";
  }

 private:
  [[nodiscard]] double x_of(std::size_t workers) const {
    const double first = std::log2(static_cast<double>(chart_.workers.front()));
    const double last = std::log2(static_cast<double>(chart_.workers.back()));
    const double place = (std::log2(static_cast<double>(workers)) - first) / (last - first);
    return left + place * width;
  }
  [[nodiscard]] double y_of(double ratio) const {
    const double place = std::clamp((ratio - 1.0) / (chart_.highest - 1.0), 0.0, 1.0);
    return top + (1.0 - place) * height;
  }

  [[nodiscard]] std::string head() const {
    return formatted(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
               "viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n",
               whole_width,
               whole_height,
               whole_width,
               whole_height) +
           "<style>\n"
           "svg { background: #ffffff; color: #1d2430; font: 13px system-ui, sans-serif; }\n"
           "text { fill: currentColor; } .small { font-size: 12px; } .title { font-size: 15px; }\n"
           ".grid { stroke: #e3e8ee; } .asked { stroke: #c0392b; stroke-dasharray: 2 3; }\n"
           "polyline { fill: none; stroke-width: 2; }\n"
           "@media (prefers-color-scheme: dark) { svg { background: #14181f; color: #e4e9f0; }\n"
           "  .grid { stroke: #2a313c; } }\n"
           "</style>\n" +
           formatted("<text class=\"title\" x=\"%.0f\" y=\"24\">%s</text>\n",
                     left,
                     chart_.title.c_str()) +
           formatted(
               "<text class=\"small\" x=\"%.0f\" y=\"42\">%s</text>\n", left, chart_.below.c_str());
  }

  [[nodiscard]] std::string grid() const {
    std::string out;
    for (const std::size_t one : chart_.workers) {
      const double x = x_of(one);
      out += formatted("<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                       x,
                       top,
                       x,
                       top + height);
      out += formatted(
          "<text class=\"small\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%zu"
          "</text>\n",
          x,
          top + height + 18.0,
          one);
    }
    constexpr double step = 0.05;
    for (int i = 0; 1.0 + i * step <= chart_.highest + step / 2.0; ++i) {
      const double y = y_of(1.0 + i * step);
      out += formatted("<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                       left,
                       y,
                       left + width,
                       y);
      out += formatted(
          "<text class=\"small\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.2f"
          "</text>\n",
          left - 8.0,
          y + 4.0,
          1.0 + i * step);
    }
    const double y = y_of(chart_.asked);
    out += formatted("<line class=\"asked\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                     left,
                     y,
                     left + width,
                     y);
    return out + formatted(
                     "<text class=\"small\" x=\"%.1f\" y=\"%.1f\" "
                     "text-anchor=\"middle\">workers</text>\n",
                     left + width / 2.0,
                     top + height + 40.0);
  }

  [[nodiscard]] static std::string style_of(std::size_t line) {
    return formatted("stroke=\"%s\"%s",
                     colours[line % colours.size()],
                     line / colours.size() % 2 == 1 ? " stroke-dasharray=\"7 4\"" : "");
  }

  [[nodiscard]] std::string lines() const {
    std::string out;
    for (std::size_t line = 0; line < chart_.lines.size(); ++line) {
      out += "<polyline " + style_of(line) + " points=\"";
      const std::vector<double>& ratios = chart_.lines[line].ratios;
      for (std::size_t i = 0; i < ratios.size(); ++i) {
        out += formatted("%.1f,%.1f ", x_of(chart_.workers[i]), y_of(ratios[i]));
      }
      out += "\"/>\n";
    }
    return out;
  }

  /// At the right, the highest line's first; each with its last ratio.
  [[nodiscard]] std::string names() const {
    std::vector<std::size_t> order(chart_.lines.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
      return chart_.lines[a].ratios.back() > chart_.lines[b].ratios.back();
    });
    std::string out;
    double y = top + 10.0;
    for (const std::size_t line : order) {
      out += formatted(
          "<line %s stroke-width=\"2\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
          "y2=\"%.1f\"/>\n",
          style_of(line).c_str(),
          names_at,
          y - 4.0,
          names_at + 26.0,
          y - 4.0);
      out += formatted("<text class=\"small\" x=\"%.1f\" y=\"%.1f\">%s %.3f</text>\n",
                       names_at + 32.0,
                       y,
                       chart_.lines[line].name.c_str(),
                       chart_.lines[line].ratios.back());
      y += name_height;
    }
    return out;
  }

  const line_chart& chart_;
};

}  // namespace

std::string line_chart_svg(const line_chart& chart) {
  return drawing(chart).text();
}

}  // namespace amorsize_tests
