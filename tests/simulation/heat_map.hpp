// Tables of ratios as one picture (SVG), readable on light and on dark paper: rows down, workers
// across, the colour says how far from 1, and every field has its number. Thread safety: values;
// the function is pure.
#pragma once

#include <string>
#include <vector>

namespace amorsize_tests {

struct heat_map_row {
  std::string name;
  std::vector<double> ratios;  ///< one per column; NaN: not measured
};

struct heat_map {
  std::string title;
  std::string below;                 ///< what a ratio is, in a sentence
  std::vector<std::string> columns;  ///< their heads
  std::vector<heat_map_row> rows;
};

/// All maps in one picture, two side by side, under one headline.
[[nodiscard]] std::string heat_maps_svg(const std::string& headline,
                                        const std::vector<heat_map>& maps);

}  // namespace amorsize_tests
