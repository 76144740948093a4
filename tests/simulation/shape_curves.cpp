// How near to the lower bound are maps of many items, by the shape of the items' costs, from 2 to
// 1,024 workers? As text and as curves.
//   amorsize_simulation_shapes [--quick] [--only NAME] OUTPUT_FOLDER
// Nothing is measured: the engine runs in virtual time, and the figures are the same everywhere.
#include "tests/simulation/line_chart.hpp"
#include "tests/simulation/table_arguments.hpp"
#include "tests/simulation/write_file.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace amorsize_tests {
namespace {

/// The work divided by the workers, and what an item takes on average: 50,000 items for each.
constexpr nanoseconds ideal{100e6};
constexpr nanoseconds mean_item{2e3};
constexpr double asked = 1.05;

const std::vector<std::size_t> all_workers{2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024};

struct costs_of_shape {
  std::string name;
  shape which = shape::uniform;
  const item_costs* recorded = nullptr;  ///< instead of a shape

  [[nodiscard]] double ratio(std::size_t workers) const {
    const auto items = static_cast<std::size_t>(ideal / mean_item * static_cast<double>(workers));
    const item_costs costs = recorded != nullptr ? recorded->repeated(items, mean_item)
                                                 : item_costs::of(which, items, mean_item);
    return simulate_warm({.workers = workers}, costs).makespan / costs.lower_bound(workers);
  }
};

void tell(std::string& table, const std::string& more) {
  table += more;
  std::fputs(more.c_str(), stdout);
  std::fflush(stdout);
}

std::string formatted(const char* format, auto... values) {
  char text[64];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

void run(const table_arguments& with) {
  const item_costs recorded = item_costs::from_file(AMORSIZE_TRACES "/compress_usr_include.txt");
  std::vector<costs_of_shape> rows;
  for (const shape which : balanced_shapes()) {
    rows.push_back({name_of(which), which, nullptr});
  }
  rows.push_back({"compressed files", shape::uniform, &recorded});

  line_chart chart{
      .title = "The engine of amorsize in virtual time: 50,000 items of 2 us per worker",
      .below =
          "makespan / lower bound, max(work / workers, longest item); dotted: the most asked for",
      .workers = with.workers(all_workers),
      .asked = asked,
      .highest = 1.1};
  std::filesystem::create_directories(with.folder);
  std::string table;
  tell(table, formatted("%-18s", "makespan / bound"));
  for (const std::size_t one : chart.workers) {
    tell(table, formatted(" %7zu", one));
  }
  tell(table, "\n");
  for (const costs_of_shape& row : rows) {
    if (row.name.find(with.only) == std::string::npos) {
      continue;
    }
    chart_line line{row.name, {}};
    tell(table, formatted("%-18s", row.name.c_str()));
    for (const std::size_t one : chart.workers) {
      line.ratios.push_back(row.ratio(one));
      tell(table,
           formatted(" %6.3f%c", line.ratios.back(), line.ratios.back() > asked ? '!' : ' '));
    }
    tell(table, "\n");
    chart.lines.push_back(std::move(line));
  }
  write_file(with.folder / "shapes.txt", table);
  write_file(with.folder / "shapes.svg", line_chart_svg(chart));
}

}  // namespace
}  // namespace amorsize_tests

int main(int count, char** arguments) {
  return amorsize_tests::write_table(
      count, arguments, "amorsize_simulation_shapes", &amorsize_tests::run);
}
