// Ratios by the number of workers as one picture (SVG), readable on light and on dark paper: one
// line for each name, workers across by powers of two, ratios from 1 up. Thread safety: values; the
// function is pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace amorsize_tests {

struct chart_line {
  std::string name;
  std::vector<double> ratios;  ///< one for each of the workers
};

struct line_chart {
  std::string title;
  std::string below;                   ///< what a ratio is, in a sentence
  std::vector<std::size_t> workers{};  ///< rising
  double asked = 1.0;                  ///< drawn as a rule across
  double highest = 1.25;               ///< top of the chart; what is above it is drawn there
  std::vector<chart_line> lines{};
};

[[nodiscard]] std::string line_chart_svg(const line_chart& chart);

}  // namespace amorsize_tests
