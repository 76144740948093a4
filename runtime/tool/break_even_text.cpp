#include "runtime/insight/html.hpp"
#include "runtime/insight/json.hpp"
#include "runtime/insight/number_text.hpp"
#include "runtime/insight/text_block.hpp"
#include "runtime/tool/break_even_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

using policy::break_even;
using policy::nanoseconds;

constexpr std::array<std::size_t, 6> column_widths{9, 14, 8, 10, 10, 14};

std::string table_line(const std::array<std::string, column_widths.size()>& cells) {
  std::string line = " ";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += " " + right_aligned(cells[i], column_widths[i]);
  }
  return line + "\n";
}

std::string items_text(std::size_t items) {
  return items == 0 ? std::string("never") : count_text(items);
}

// --- the drawing

constexpr double width = 720.0;
constexpr double height = 400.0;
constexpr double left = 92.0;
constexpr double right = width - 24.0;
constexpr double top = 40.0;
constexpr double bottom = height - 56.0;
/// Decades of the axes: 10 ns to 10 ms, 1 to as many items as the first cost needs.
constexpr double first_cost = 10.0;
constexpr double last_cost = 1e7;

constexpr std::string_view style = R"(<style>
svg { background: #ffffff; color: #1d2430; font: 13px system-ui, sans-serif; }
.axis { fill: currentColor; font-size: 12px; } .grid { stroke: #e3e8ee; } .rule { stroke: #aab3c0; }
.share { fill: #1f5fbf; fill-opacity: .13; } .all { fill: #1f5fbf; fill-opacity: .13; }
.line { fill: none; stroke: #1f5fbf; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  svg { background: #14181f; color: #e4e9f0; } .grid { stroke: #2a313c; } .rule { stroke: #5a6576; }
  .share, .all { fill: #7fb0ff; } .line { stroke: #7fb0ff; } }
</style>
)";

double x_of(double cost) {
  return left + (right - left) * std::log(cost / first_cost) / std::log(last_cost / first_cost);
}

double y_of(double items, double most) {
  return bottom - (bottom - top) * std::log(std::max(items, 1.0)) / std::log(most);
}

std::string point(double x, double y) {
  return svg_number(x) + "," + svg_number(y) + " ";
}

/// The part of the drawing above a curve; empty when the curve has no points.
template <class ItemsOf>
std::string area_above(std::string_view css_class,
                       const std::vector<break_even>& curve,
                       double most,
                       ItemsOf items_of) {
  std::string points;
  double first_x = left;
  double last_x = left;
  for (const break_even& each : curve) {
    if (items_of(each) == 0) {
      continue;
    }
    last_x = x_of(each.cost.count());
    first_x = points.empty() ? last_x : first_x;
    points += point(last_x, y_of(static_cast<double>(items_of(each)), most));
  }
  if (points.empty()) {
    return {};
  }
  std::string svg = "<polygon class=\"";
  return svg.append(css_class) + "\" points=\"" + points + point(last_x, top) +
         point(first_x, top) + "\"/>\n";
}

std::string axes(double most) {
  constexpr double decade = 10.0;
  std::string svg;
  for (double cost = first_cost; cost <= last_cost * 1.001; cost *= decade) {
    svg += svg_line("grid", x_of(cost), top, x_of(cost), bottom);
    svg +=
        svg_text(x_of(cost), bottom + 16.0, "middle", html_text(duration_text(nanoseconds{cost})));
  }
  for (double items = 1.0; items <= most * 1.001; items *= decade) {
    svg += svg_line("grid", left, y_of(items, most), right, y_of(items, most));
    svg += svg_text(left - 8.0,
                    y_of(items, most) + 4.0,
                    "end",
                    count_text(static_cast<std::size_t>(std::llround(items))));
  }
  svg += svg_line("rule", left, bottom, right, bottom);
  svg += svg_line("rule", left, top, left, bottom);
  svg += svg_text((left + right) / 2.0, bottom + 36.0, "middle", "time of one item");
  return svg + svg_text(left - 8.0, top - 14.0, "end", "items");
}

}  // namespace

std::string break_even_table(const std::vector<break_even>& curve) {
  std::string text =
      "worth sharing, with helpers that sleep\n" +
      table_line({"one item", "from items on", "n_jobs", "loop", "shared", "all CPUs from"});
  for (const break_even& each : curve) {
    const bool is_worth = each.items > 0;
    text += table_line({duration_text(each.cost),
                        items_text(each.items),
                        is_worth ? count_text(each.n_jobs) : "-",
                        is_worth ? duration_text(each.alone) : "-",
                        is_worth ? duration_text(each.shared) : "-",
                        items_text(each.items_all)});
  }
  return text;
}

std::string break_even_json(const std::vector<break_even>& curve) {
  json_writer json;
  json.begin_array();
  for (const break_even& each : curve) {
    json.begin_object();
    json.member("cost_ns", each.cost.count());
    json.member("items", each.items);
    json.member("n_jobs", each.n_jobs);
    json.member("serial_ns", each.alone.count());
    json.member("parallel_ns", each.shared.count());
    json.member("items_all", each.items_all);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

std::string break_even_svg(const std::vector<break_even>& curve, std::size_t workers) {
  double most = 10.0;
  for (const break_even& each : curve) {
    while (most < 10.0 * static_cast<double>(std::max(each.items, each.items_all))) {
      most *= 10.0;
    }
  }
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + svg_number(width) +
                    "\" height=\"" + svg_number(height) + "\" viewBox=\"0 0 " + svg_number(width) +
                    " " + svg_number(height) +
                    "\" role=\"img\" aria-label=\"From how many items on sharing pays\">\n";
  svg += style;
  svg += axes(most);
  svg += area_above("share", curve, most, [](const break_even& at) { return at.items; });
  if (workers > 2) {
    svg += area_above("all", curve, most, [](const break_even& at) { return at.items_all; });
  }
  std::string line;
  for (const break_even& each : curve) {
    if (each.items > 0) {
      line += point(x_of(each.cost.count()), y_of(static_cast<double>(each.items), most));
    }
  }
  svg += "<polyline class=\"line\" points=\"" + line + "\"/>\n";
  svg += svg_text(right - 12.0,
                  top + 22.0,
                  "end",
                  workers < 2    ? std::string("one CPU: the plain loop")
                  : workers == 2 ? std::string("shared by 2")
                                 : "shared; where darker, by all " + count_text(workers));
  svg += svg_text(left + 12.0, bottom - 12.0, "start", "the plain loop");
  return svg + "</svg>\n";
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
