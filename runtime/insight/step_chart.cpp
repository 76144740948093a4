#include "runtime/insight/number_text.hpp"
#include "runtime/insight/step_chart.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

/// The drawing area in SVG units; the element itself scales with the page.
constexpr double width = 720.0;
constexpr double height = 170.0;
constexpr double left = 110.0;
constexpr double right = width - 20.0;
constexpr double top = 14.0;
constexpr double bottom = height - 26.0;
constexpr double point_radius = 3.5;
constexpr double label_gap = 8.0;

std::string coordinate(double value) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(
      buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, 1);
  return {buffer.data(), end.ptr};
}

/// What the drawing area stands for; both positive.
struct scale {
  double last_time;
  double most;

  [[nodiscard]] std::string x(double time) const {
    return coordinate(left + (right - left) * time / last_time);
  }
  [[nodiscard]] std::string y(double count) const {
    return coordinate(bottom - (bottom - top) * count / most);
  }
};

std::string text_at(double x, double y, std::string_view anchor, std::string_view text) {
  return "<text class=\"axis\" x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) +
         "\" text-anchor=\"" + std::string(anchor) + "\">" + std::string(text) + "</text>\n";
}

std::string grid_line(const scale& scaled, double count) {
  const std::string y = scaled.y(count);
  return "<line class=\"grid\" x1=\"" + coordinate(left) + "\" x2=\"" + coordinate(right) +
         "\" y1=\"" + y + "\" y2=\"" + y + "\"/>\n";
}

/// '<' is the only character of a duration that means something to HTML.
std::string duration_markup(policy::nanoseconds duration) {
  std::string text = duration_text(duration);
  if (text.starts_with('<') || text.starts_with('>')) {
    text.replace(0, 1, text.front() == '<' ? "&lt;" : "&gt;");
  }
  return text;
}

std::string point(std::string_view x, std::string_view y, const step& of) {
  std::string markup = "<circle class=\"point\" cx=\"";
  markup.append(x).append("\" cy=\"").append(y).append("\" r=\"");
  return markup + coordinate(point_radius) + "\"><title>" + duration_markup(of.when) + ": " +
         count_text(of.count) + "</title></circle>\n";
}

}  // namespace

std::string step_chart(std::string_view title,
                       const std::vector<step>& steps,
                       policy::nanoseconds end) {
  std::size_t most = 1;
  double last_time = std::max(policy::sane(end).count(), 1.0);
  for (const step& each : steps) {
    most = std::max(most, each.count);
    last_time = std::max(last_time, policy::sane(each.when).count());
  }
  const scale scaled{last_time, static_cast<double>(most)};

  std::string line;
  std::string points;
  double reached = 0.0;
  for (const step& each : steps) {
    reached = std::max(reached, policy::sane(each.when).count());
    const std::string x = scaled.x(reached);
    const std::string y = scaled.y(static_cast<double>(each.count));
    const std::string_view right_then_up[] = {
        line.empty() ? "M" : " H", x, line.empty() ? " " : " V", y};
    for (const std::string_view part : right_then_up) {
      line += part;
    }
    points += point(x, y, each);
  }

  std::string svg = "<svg role=\"img\" viewBox=\"0 0 " + coordinate(width) + " " +
                    coordinate(height) + "\" aria-label=\"" + std::string(title) + "\">\n";
  svg += grid_line(scaled, 0.0) + grid_line(scaled, static_cast<double>(most));
  svg += text_at(left - label_gap, bottom, "end", "0");
  svg += text_at(left - label_gap, top + label_gap / 2, "end", short_count_text(most));
  svg += text_at(left, height - label_gap, "start", "0 ns");
  svg += text_at(right, height - label_gap, "end", duration_markup(policy::nanoseconds{last_time}));
  if (!line.empty()) {
    line.append(" H").append(coordinate(right));
    svg += "<path class=\"line\" d=\"" + line + "\"/>\n" + points;
  }
  return svg + "</svg>\n";
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
