#include "runtime/insight/html.hpp"
#include "runtime/insight/number_text.hpp"
#include "runtime/insight/report_charts.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

using policy::nanoseconds;

constexpr double label_gap = 8.0;
constexpr double text_drop = 4.0;  ///< from the middle of a row to the base line of its text
constexpr double narrowest = 0.6;  ///< of what has to be seen

std::string rect(std::string_view css_class,
                 double x,
                 double y,
                 double width,
                 double height,
                 std::string_view attributes,
                 std::string_view title) {
  std::string svg = "<rect class=\"";
  svg.append(css_class) += "\" x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\" width=\"" +
                           svg_number(std::max(width, narrowest)) + "\" height=\"" +
                           svg_number(height) + "\"";
  return svg.append(attributes).append("><title>").append(title).append("</title></rect>\n");
}

double count_of(std::chrono::nanoseconds time) {
  return policy::sane(time).count();
}

std::string worker_name(std::size_t worker) {
  return worker == 0 ? std::string("caller") : "worker " + count_text(worker);
}

std::string span_title(const report::span& of) {
  const double length = count_of(of.duration);
  return worker_name(of.worker) + ", " + html_text(duration_text(of.when)) + " + " +
         html_text(duration_text(of.duration)) + "\n" + count_text(of.chunks) +
         (of.chunks == 1 ? " chunk, " : " chunks, ") + count_text(of.items) +
         (of.items == 1 ? " item, " : " items, ") +
         percent_text(length > 0.0 ? count_of(of.busy) / length : 1.0) + " busy";
}

/// How much of a stretch was work, as an opacity that stays visible.
std::string opacity(const report::span& of) {
  const double length = count_of(of.duration);
  const double share = length > 0.0 ? count_of(of.busy) / length : 1.0;
  return " fill-opacity=\"" + svg_number(std::clamp(share, 0.3, 1.0)) + "\"";
}

struct bar {
  std::string name;
  nanoseconds length;
  std::string_view css_class;
};

}  // namespace

std::string worker_chart(const report& value) {
  if (value.timeline.empty()) {
    return {};
  }
  constexpr double tallest_row = 24.0;
  constexpr double all_rows = 480.0;
  std::size_t workers = 1;
  time_plot plot;
  plot.last_time = std::max(count_of(value.elapsed), 1.0);
  for (const report::span& each : value.timeline) {
    workers = std::max(workers, each.worker + 1);
    plot.last_time = std::max(plot.last_time, count_of(each.when) + count_of(each.duration));
  }
  const std::size_t shown = std::min(workers, most_worker_rows);
  const double row = std::min(tallest_row, all_rows / static_cast<double>(shown));
  plot.height = plot.top + row * static_cast<double>(shown) + plot.bottom_margin;

  std::string svg = svg_start(time_plot::width, plot.height, "workers over time");
  svg += time_axis(plot);
  const auto middle = [&](std::size_t worker) {
    return plot.top + row * (static_cast<double>(worker) + 0.5);
  };
  for (std::size_t worker = 0; worker < shown; ++worker) {
    svg += svg_text(
        time_plot::left - label_gap, middle(worker) + text_drop, "end", worker_name(worker));
    if (worker < value.worker_busy.size()) {
      svg += svg_text(time_plot::right + label_gap,
                      middle(worker) + text_drop,
                      "start",
                      percent_text(count_of(value.worker_busy[worker]) / plot.last_time));
    }
  }
  for (const report::span& each : value.timeline) {
    if (each.worker < shown) {
      svg += rect("bar",
                  plot.x(count_of(each.when)),
                  middle(each.worker) - 0.38 * row,
                  plot.x(count_of(each.duration)) - time_plot::left,
                  0.76 * row,
                  opacity(each),
                  span_title(each));
    }
  }
  for (const revision& each : value.revisions) {
    const double x = plot.x(std::min(count_of(each.when), plot.last_time));
    svg += svg_line("mark", x, plot.top - label_gap, x, plot.bottom());
  }
  return svg + "</svg>\n";
}

std::string cost_chart(const report& value) {
  if (value.costs.empty()) {
    return {};
  }
  double items = 0.0;
  double most = 0.0;
  for (const report::cost_bin& each : value.costs) {
    items += static_cast<double>(each.items);
    most = std::max(most, static_cast<double>(each.items));
  }
  const time_plot plot{.height = 190.0};
  const double height = plot.bottom() - plot.top;
  const double highest = std::max(most / std::max(items, 1.0), 1e-3);
  std::string svg = svg_start(time_plot::width, plot.height, "what items cost");
  const double step = round_step(highest, 4.0);
  for (double share = 0.0; share <= highest * 1.001; share += step) {
    const double y = plot.bottom() - height * share / highest;
    svg += svg_line(share > 0.0 ? "grid" : "rule", time_plot::left, y, time_plot::right, y);
    svg += svg_text(time_plot::left - label_gap, y + text_drop, "end", percent_text(share));
  }
  svg += "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(14 " +
         svg_number((plot.top + plot.bottom()) / 2.0) + ") rotate(-90)\">items</text>\n";
  const double bins = static_cast<double>(value.costs.size());
  const double width = (time_plot::right - time_plot::left) / bins;
  const std::size_t labelled_every = std::max<std::size_t>(1, value.costs.size() / 6);
  for (std::size_t i = 0; i < value.costs.size(); ++i) {
    const report::cost_bin& each = value.costs[i];
    const double x = time_plot::left + width * static_cast<double>(i);
    const std::string low = html_text(duration_text(nanoseconds{each.low_ns}));
    if (each.items > 0 || each.chunks > 0) {
      const double share = static_cast<double>(each.items) / std::max(items, 1.0);
      svg +=
          rect("bar",
               x + 1.0,
               plot.bottom() - height * share / highest,
               width - 2.0,
               std::max(height * share / highest, narrowest),
               "",
               low + " to " + html_text(duration_text(nanoseconds{each.high_ns})) + " per item\n" +
                   count_text(each.items) + " items in " + count_text(each.chunks) + " chunks");
    }
    if (i % labelled_every == 0) {
      svg += svg_text(x, plot.bottom() + 15.0, "middle", low);
    }
  }
  svg += svg_text((time_plot::left + time_plot::right) / 2.0,
                  plot.bottom() + 32.0,
                  "middle",
                  "time per item (log), mean of each chunk");
  return svg + "</svg>\n";
}

std::string prediction_chart(const report& value) {
  std::vector<bar> bars;
  for (const report::alternative& each : value.alternatives) {
    bars.push_back({count_text(each.n_jobs) + (each.n_jobs == 1 ? " worker" : " workers"),
                    policy::sane(nanoseconds{each.estimated_ns}),
                    each.n_jobs == value.n_jobs ? "bar" : "bar faint"});
  }
  if (value.estimated_elapsed.count() > 0) {
    bars.push_back({"predicted", nanoseconds{count_of(value.estimated_elapsed)}, "bar"});
    bars.push_back({"measured", nanoseconds{count_of(value.elapsed)}, "bar measured"});
  }
  if (bars.empty()) {
    return {};
  }
  constexpr double row = 24.0;
  nanoseconds longest{1.0};
  for (const bar& each : bars) {
    longest = std::max(longest, each.length);
  }
  const double height = row * static_cast<double>(bars.size()) + 8.0;
  // Names left, numbers right of the bars.
  constexpr double room = time_plot::right - time_plot::left - 40.0;
  std::string svg = svg_start(time_plot::width, height, "predicted and measured times");
  svg += svg_line("rule", time_plot::left, 0.0, time_plot::left, height);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double middle = 4.0 + row * (static_cast<double>(i) + 0.5);
    const double width = room * (bars[i].length / longest);
    const std::string length = html_text(duration_text(bars[i].length));
    svg += svg_text(time_plot::left - label_gap, middle + text_drop, "end", bars[i].name);
    svg += rect(bars[i].css_class,
                time_plot::left,
                middle - 0.36 * row,
                width,
                0.72 * row,
                "",
                bars[i].name + ": " + length);
    svg += svg_text(time_plot::left + std::max(width, narrowest) + label_gap,
                    middle + text_drop,
                    "start",
                    length);
  }
  return svg + "</svg>\n";
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
