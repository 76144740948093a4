// How near to the best possible is a map when the machine is not what it seems, or does not stay as
// it was? Every scenario on machines of 2 to 1,024 workers, as text and as a picture.
//   amorsize_simulation_scenarios [--quick] [--only NAME] OUTPUT_FOLDER
// Nothing is measured: the engine runs in virtual time, and the figures are the same everywhere.
#include "tests/simulation/heat_map.hpp"
#include "tests/simulation/table_arguments.hpp"
#include "tests/simulation/write_file.hpp"
#include "tests/support/virtual_machine/scenario.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace amorsize_tests {
namespace {

const std::vector<std::size_t> all_workers{2, 8, 64, 256, 1'024};
/// Wide machines take long to simulate, and chance matters less on them.
constexpr std::size_t seeds_of(std::size_t workers) {
  return workers > quick_up_to ? 1 : 3;
}

struct row {
  const scenario_kind* kind = nullptr;
  std::vector<double> worst;  ///< of the seeds, by workers
};

double limit_of(const scenario_kind& kind) {
  return kind.is_faulty ? most_with_faults : most_without_faults;
}

std::string formatted(const char* format, auto... values) {
  char text[256];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string head_of(const std::vector<std::size_t>& workers) {
  std::string line = formatted(
      "makespan / lower bound, the worst of seeds 1 to 3; above 64 workers of seed 1\n%-24s %7s",
      "scenario",
      "asked");
  for (const std::size_t one : workers) {
    line += formatted(" %8zu", one);
  }
  return line + "  lower bound\n";
}

row run_row(const scenario_kind& kind, const std::vector<std::size_t>& workers) {
  row made{&kind, {}};
  for (const std::size_t one : workers) {
    const scenario what = kind.make(one);
    double worst = 0.0;
    for (std::uint64_t seed = 1; seed <= seeds_of(one); ++seed) {
      const scenario_outcome outcome = run(what, seed);
      worst = std::max(worst, outcome.ratio());
      if (std::getenv("SCENARIO_VERBOSE") != nullptr) {
        std::printf("%s, %zu workers, seed %llu: %.3f\n",
                    kind.name.c_str(),
                    one,
                    static_cast<unsigned long long>(seed),
                    outcome.ratio());
        for (const amorsize::revision& each : outcome.seen.report.revisions) {
          std::printf("  %9.3f ms  %zu  %s\n",
                      static_cast<double>(each.when.count()) / 1e6,
                      each.n_jobs,
                      each.reason.c_str());
        }
        std::printf("  makespan %.3f ms, workers %zu\n",
                    outcome.seen.makespan.count() / 1e6,
                    outcome.seen.report.workers);
      }
    }
    made.worst.push_back(worst);
  }
  return made;
}

std::string line_of(const row& one) {
  const double limit = limit_of(*one.kind);
  std::string line = formatted("%-24s %7.2f", one.kind->name.c_str(), limit);
  for (const double ratio : one.worst) {
    line += formatted(" %7.3f%c", ratio, ratio > limit ? '!' : ' ');
  }
  return line + " " + one.kind->bound + "\n";
}

std::string picture_of(const std::vector<row>& rows, const std::vector<std::size_t>& workers) {
  std::vector<heat_map> maps(2);
  maps[0].title = "Without faults: makespan";
  maps[0].below = "divided by the lower bound; asked for: at most 1.05";
  maps[1].title = "With faults: makespan";
  maps[1].below = "divided by the lower bound; asked for: at most 1.25";
  for (heat_map& map : maps) {
    for (const std::size_t one : workers) {
      map.columns.push_back(std::to_string(one));
    }
  }
  for (const row& one : rows) {
    maps[one.kind->is_faulty ? 1 : 0].rows.push_back({one.kind->name, one.worst});
  }
  return heat_maps_svg("Machines that are not what they seem, in virtual time", maps);
}

void write_all(const table_arguments& with) {
  const std::vector<std::size_t> workers = with.workers(all_workers);
  std::filesystem::create_directories(with.folder);
  std::vector<row> rows;
  std::string table = head_of(workers);
  std::fputs(table.c_str(), stdout);
  for (const scenario_kind& kind : all_scenarios()) {
    if (kind.name.find(with.only) == std::string::npos) {
      continue;
    }
    rows.push_back(run_row(kind, workers));
    const std::string line = line_of(rows.back());
    std::fputs(line.c_str(), stdout);
    std::fflush(stdout);
    table += line;
  }
  write_file(with.folder / "scenarios.txt", table);
  write_file(with.folder / "scenarios.svg", picture_of(rows, workers));
}

}  // namespace
}  // namespace amorsize_tests

int main(int count, char** arguments) {
  return amorsize_tests::write_table(
      count, arguments, "amorsize_simulation_scenarios", &amorsize_tests::write_all);
}
