// How near to the best possible are whole maps, by the shape of their items' costs and the number
// of workers? Writes a table and a picture.
//   amorsize_simulation_chart [--quick] OUTPUT_FOLDER
// Nothing is measured: the engine runs in virtual time, and the figures are the same everywhere.
#include "tests/simulation/heat_map.hpp"
#include "tests/simulation/write_file.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace amorsize_tests {
namespace {

/// Long maps: the work divided by the workers.
constexpr nanoseconds ideal{20e6};
constexpr nanoseconds mean_of_long{2e3};
/// Short maps: the work, whatever the workers.
constexpr nanoseconds short_work{2e6};
constexpr nanoseconds mean_of_short{1e3};

const std::vector<std::size_t> all_workers{1, 2, 4, 8, 16, 64, 256, 1'000};
constexpr std::size_t quick_up_to = 64;

struct row_of_costs {
  std::string name;
  shape which = shape::uniform;
  const item_costs* recorded = nullptr;  ///< instead of a shape

  [[nodiscard]] item_costs make(std::size_t items, nanoseconds mean) const {
    return recorded != nullptr ? recorded->repeated(items, mean)
                               : item_costs::of(which, items, mean);
  }
};

/// One map, whatever it is.
struct outcome {
  std::string length;
  std::string row;
  std::size_t workers = 0;
  simulated_map seen{};
  best_n_jobs best{};  ///< of short maps; of long ones all workers and the lower bound
  std::size_t chosen = 1;

  [[nodiscard]] double n_jobs_ratio() const {
    const auto taken = static_cast<double>(chosen);
    if (chosen >= best.fewest && chosen <= best.most) {
      return 1.0;
    }
    return taken / static_cast<double>(chosen < best.fewest ? best.fewest : best.most);
  }
  [[nodiscard]] double makespan_ratio() const { return seen.makespan / best.makespan; }
};

/// The most workers that were decided on: where costs rise, more than at first.
std::size_t most_shared(const simulated_map& seen) {
  std::size_t most = 1;
  for (const amorsize::revision& one : seen.report.revisions) {
    most = std::max(most, one.n_jobs);
  }
  return most;
}

outcome run_long(const row_of_costs& row, std::size_t workers) {
  const auto items = static_cast<std::size_t>(ideal / mean_of_long * static_cast<double>(workers));
  const item_costs costs = row.make(items, mean_of_long);
  outcome made{"long", row.name, workers, simulate_warm({.workers = workers}, costs)};
  made.best = {workers, costs.lower_bound(workers), workers, workers};
  made.chosen = made.seen.report.n_jobs;
  return made;
}

outcome run_short(const row_of_costs& row, std::size_t workers) {
  const machine_model model{.workers = workers};
  const item_costs costs =
      row.make(static_cast<std::size_t>(short_work / mean_of_short), mean_of_short);
  outcome made{"short", row.name, workers, simulate_warm(model, costs)};
  made.best = find_best_n_jobs(model, costs);
  made.chosen = most_shared(made.seen);
  return made;
}

std::string line_of(const outcome& one) {
  char text[256];
  std::snprintf(text,
                sizeof text,
                "%-6s %-16s %7zu %12.1f %12.1f %8.3f %8zu %8zu %8.2f\n",
                one.length.c_str(),
                one.row.c_str(),
                one.workers,
                one.seen.makespan.count() / 1e3,
                one.best.makespan.count() / 1e3,
                one.makespan_ratio(),
                one.chosen,
                one.best.n_jobs,
                one.n_jobs_ratio());
  return text;
}

std::string head_line() {
  char text[256];
  std::snprintf(text,
                sizeof text,
                "%-6s %-16s %7s %12s %12s %8s %8s %8s %8s\n",
                "map",
                "costs",
                "workers",
                "makespan us",
                "best us",
                "ratio",
                "n_jobs",
                "best",
                "ratio");
  return text;
}

std::string csv_of(const std::vector<outcome>& all) {
  std::ostringstream out;
  out << "map,costs,workers,makespan_ns,best_ns,lower_bound_ns,serial_ns,n_jobs,best_n_jobs,chunks,"
         "wakes\n";
  for (const outcome& one : all) {
    out << one.length << ',' << one.row << ',' << one.workers << ','
        << std::llround(one.seen.makespan.count()) << ',' << std::llround(one.best.makespan.count())
        << ',' << std::llround(one.seen.lower_bound.count()) << ','
        << std::llround(one.seen.serial.count()) << ',' << one.chosen << ',' << one.best.n_jobs
        << ',' << one.seen.chunks << ',' << one.seen.counts.wakes << '\n';
  }
  return out.str();
}

template <class Ratio>
heat_map map_of(const std::vector<outcome>& all,
                const std::string& length,
                const std::vector<std::size_t>& workers,
                Ratio ratio) {
  heat_map map;
  for (const std::size_t column : workers) {
    map.columns.push_back(std::to_string(column));
  }
  for (const outcome& one : all) {
    if (one.length != length) {
      continue;
    }
    if (map.rows.empty() || map.rows.back().name != one.row) {
      map.rows.push_back({one.row, {}});
    }
    map.rows.back().ratios.push_back(ratio(one));
  }
  return map;
}

std::string picture_of(const std::vector<outcome>& all, const std::vector<std::size_t>& workers) {
  const auto makespan = [](const outcome& one) { return one.makespan_ratio(); };
  const auto n_jobs = [](const outcome& one) { return one.n_jobs_ratio(); };
  std::vector<heat_map> maps{map_of(all, "long", workers, makespan),
                             map_of(all, "long", workers, n_jobs),
                             map_of(all, "short", workers, makespan),
                             map_of(all, "short", workers, n_jobs)};
  maps[0].title = "Long maps (20 ms per worker): makespan";
  maps[0].below = "divided by the lower bound, max(work / workers, longest item)";
  maps[1].title = "Long maps: n_jobs";
  maps[1].below = "in force longest, divided by all workers";
  maps[2].title = "Short maps (2 ms in all): makespan";
  maps[2].below = "divided by that with the best fixed n_jobs";
  maps[3].title = "Short maps: n_jobs";
  maps[3].below = "first choice, divided by the best n_jobs; 1: as good within 5 %";
  return heat_maps_svg("The engine of amorsize in virtual time", maps);
}

void run(const std::filesystem::path& folder, bool is_quick) {
  const item_costs recorded = item_costs::from_file(AMORSIZE_TRACES "/compress_usr_include.txt");
  std::vector<row_of_costs> rows;
  for (const shape which : all_shapes()) {
    rows.push_back({name_of(which), which, nullptr});
  }
  rows.push_back({"compressed files", shape::uniform, &recorded});
  std::vector<std::size_t> workers;
  for (const std::size_t one : all_workers) {
    if (!is_quick || one <= quick_up_to) {
      workers.push_back(one);
    }
  }
  std::filesystem::create_directories(folder);
  std::vector<outcome> all;
  std::string table = head_line();
  std::fputs(table.c_str(), stdout);
  for (outcome (*one_map)(const row_of_costs&, std::size_t) : {&run_long, &run_short}) {
    for (const row_of_costs& row : rows) {
      for (const std::size_t one : workers) {
        all.push_back(one_map(row, one));
        table += line_of(all.back());
        std::fputs(line_of(all.back()).c_str(), stdout);
        std::fflush(stdout);
      }
    }
  }
  write_file(folder / "simulation.txt", table);
  write_file(folder / "simulation.csv", csv_of(all));
  write_file(folder / "simulation.svg", picture_of(all, workers));
}

}  // namespace
}  // namespace amorsize_tests

int main(int count, char** arguments) {
  const bool is_quick = count > 1 && std::string(arguments[1]) == "--quick";
  if (count != (is_quick ? 3 : 2)) {
    std::fputs("usage: amorsize_simulation_chart [--quick] OUTPUT_FOLDER\n", stderr);
    return 2;
  }
  try {
    amorsize_tests::run(arguments[count - 1], is_quick);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "amorsize_simulation_chart: %s\n", error.what());
    return 1;
  }
  return 0;
}
