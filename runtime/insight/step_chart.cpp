#include "runtime/insight/html.hpp"
#include "runtime/insight/number_text.hpp"
#include "runtime/insight/step_chart.hpp"

#include <algorithm>
#include <cmath>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

constexpr double point_radius = 4.0;
constexpr double label_gap = 8.0;
constexpr double most_on_linear_axis = 100.0;

/// Counts upwards, linear from 0 or logarithmic from 1.
struct count_axis {
  const time_plot& in;
  double most;
  bool is_logarithmic;

  [[nodiscard]] double y(double count) const {
    const double share =
        is_logarithmic ? std::log(std::max(count, 1.0)) / std::log(most) : count / most;
    return in.bottom() - (in.bottom() - in.top) * share;
  }

  [[nodiscard]] std::string ticks() const {
    std::string svg;
    const auto tick = [&](double count) {
      svg += svg_line("grid", time_plot::left, y(count), time_plot::right, y(count));
      svg += svg_text(time_plot::left - label_gap,
                      y(count) + label_gap / 2.0,
                      "end",
                      short_count_text(static_cast<std::size_t>(count)));
    };
    if (is_logarithmic) {
      const double decades = std::max(1.0, std::ceil(std::log10(most) / 4.0));
      for (double count = 1.0; count <= most; count *= std::pow(10.0, decades)) {
        tick(count);
      }
      return svg;
    }
    const double step = std::max(1.0, round_step(most, 4.0));
    for (double count = 0.0; count <= most; count += step) {
      tick(count);
    }
    return svg;
  }
};

std::string point(double x, double y, std::size_t index, const step& of) {
  std::string markup =
      "<a href=\"#decision-" + std::to_string(index) + "\"><circle class=\"point\"";
  markup += " cx=\"" + svg_number(x) + "\" cy=\"" + svg_number(y) + "\" r=\"" +
            svg_number(point_radius) + "\"><title>" + html_text(duration_text(of.when)) + ": " +
            count_text(of.count);
  if (!of.reason.empty()) {
    markup += "\n" + html_text(of.reason);
  }
  return markup + "</title></circle></a>\n";
}

}  // namespace

std::string step_chart(std::string_view title,
                       std::string_view axis,
                       const std::vector<step>& steps,
                       policy::nanoseconds end) {
  time_plot plot;
  plot.last_time = std::max(policy::sane(end).count(), 1.0);
  std::size_t most = 1;
  std::size_t least = steps.empty() ? 1 : steps.front().count;
  for (const step& each : steps) {
    most = std::max(most, each.count);
    least = std::min(least, each.count);
    plot.last_time = std::max(plot.last_time, policy::sane(each.when).count());
  }
  const double lowest = std::max(1.0, static_cast<double>(least));
  const count_axis counts{plot,
                          std::max(1.0, static_cast<double>(most)) * 1.05,
                          static_cast<double>(most) > most_on_linear_axis * lowest};

  std::string line;
  std::string points;
  double reached = 0.0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    reached = std::max(reached, policy::sane(steps[i].when).count());
    const double y = counts.y(static_cast<double>(steps[i].count));
    line += (line.empty() ? "M" : " H") + svg_number(plot.x(reached));
    line += (line.empty() || i == 0 ? " " : " V") + svg_number(y);
    points += point(plot.x(reached), y, i, steps[i]);
  }

  std::string svg = svg_start(time_plot::width, plot.height, title);
  svg += time_axis(plot) + counts.ticks();
  std::string name(axis);
  if (counts.is_logarithmic) {
    name += " (log)";
  }
  svg += "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(14 " +
         svg_number((plot.top + plot.bottom()) / 2.0) + ") rotate(-90)\">" + name + "</text>\n";
  if (!line.empty()) {
    line += " H" + svg_number(time_plot::right);
    svg += "<path class=\"line\" d=\"" + line + "\"/>\n" + points;
  }
  return svg + "</svg>\n";
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
