#include "bench/driver/cell_names.hpp"

#include <algorithm>
#include <array>

namespace amorsize_bench {
namespace {

/// Whether this last part of a name is Google Benchmark's and not the cell's.
bool is_appended(std::string_view part) {
  constexpr std::array<std::string_view, 3> words{"process_time", "real_time", "manual_time"};
  constexpr std::array<std::string_view, 5> counts{
      "iterations:", "repeats:", "min_time:", "min_warmup_time:", "threads:"};
  return std::find(words.begin(), words.end(), part) != words.end() ||
         std::any_of(counts.begin(), counts.end(), [part](std::string_view start) {
           return part.starts_with(start);
         });
}

}  // namespace

std::string cell_of(std::string_view full_name) {
  for (;;) {
    const std::size_t slash = full_name.rfind('/');
    if (slash == std::string_view::npos || !is_appended(full_name.substr(slash + 1))) {
      return std::string(full_name);
    }
    full_name = full_name.substr(0, slash);
  }
}

std::string workload_of(std::string_view cell) {
  return std::string(cell.substr(0, cell.find('/')));
}

std::string exact_filter(std::string_view full_name) {
  std::string filter = "^";
  for (const char c : full_name) {
    if (std::string_view(".[]{}()\\*+?|^$").find(c) != std::string_view::npos) {
      filter += '\\';
    }
    filter += c;
  }
  return filter + "$";
}

std::vector<std::string> names_in_list(std::string_view output) {
  std::vector<std::string> names;
  while (!output.empty()) {
    const std::size_t end = output.find('\n');
    const std::string_view line = output.substr(0, end);
    output = end == std::string_view::npos ? std::string_view() : output.substr(end + 1);
    if (!line.empty() && line.find_first_of(" \t\r*") == std::string_view::npos) {
      names.emplace_back(line);
    }
  }
  return names;
}

std::vector<std::string> spread_sample(const std::vector<std::string>& cells, std::size_t most) {
  std::vector<std::string> middles;
  for (std::size_t begin = 0; begin < cells.size();) {
    std::size_t end = begin + 1;
    while (end < cells.size() && workload_of(cells[end]) == workload_of(cells[begin])) {
      ++end;
    }
    middles.push_back(cells[begin + (end - begin) / 2]);
    begin = end;
  }
  if (middles.size() <= most) {
    return middles;
  }
  std::vector<std::string> sample;
  for (std::size_t i = 0; i < most; ++i) {
    sample.push_back(middles[i * middles.size() / most]);
  }
  return sample;
}

}  // namespace amorsize_bench
