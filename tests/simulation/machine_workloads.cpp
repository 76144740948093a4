#include "tests/simulation/machine_workloads.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <stdexcept>

namespace amorsize_tests {

const std::vector<machine_workload>& machine_workloads() {
  constexpr nanoseconds us{1e3};
  constexpr std::size_t many = 40'000;  // 20 ms for each of two
  static const std::vector<machine_workload> all{
      {"uniform", shape::uniform, many, us, pause_before::long_one},
      {"rising", shape::rising, many, us, pause_before::long_one},
      {"falling", shape::falling, many, us, pause_before::long_one},
      {"bimodal", shape::bimodal, many, us, pause_before::long_one},
      {"pareto", shape::pareto, many, us, pause_before::long_one},
      {"step_up", shape::step_up, many, us, pause_before::long_one},
      {"step_down", shape::step_down, many, us, pause_before::long_one},
      {"first_dear", shape::first_dear, many, us, pause_before::long_one},
      {"giant_at_end", shape::giant_at_end, many, us, pause_before::long_one},
      {"three_long_items", shape::uniform, 3, 5'000 * us, pause_before::long_one},
      {"short_after_pause", shape::uniform, 300, us, pause_before::short_one},
      {"short_in_a_row", shape::uniform, 500, us, pause_before::none},
  };
  return all;
}

std::vector<std::uint32_t> turns_of(const machine_workload& of, nanoseconds one_turn) {
  const item_costs costs = item_costs::of(of.which, of.items, of.mean);
  std::vector<std::uint32_t> turns(of.items);
  for (std::size_t i = 0; i < of.items; ++i) {
    const double wanted = std::round(costs.of_range(i, i + 1) / one_turn);
    turns[i] = static_cast<std::uint32_t>(std::clamp(wanted, 1.0, 4e9));
  }
  return turns;
}

void write_figures(const std::filesystem::path& to, const figures& all) {
  std::ofstream file(to);
  file << "# measured on this machine, nanoseconds unless the name says otherwise\n"
       << std::setprecision(12);
  for (const auto& [name, value] : all) {
    file << name << ' ' << value << '\n';
  }
  file.close();
  if (!file) {
    throw std::runtime_error("cannot write " + to.string());
  }
}

figures read_figures(const std::filesystem::path& from) {
  std::ifstream file(from);
  if (!file) {
    throw std::runtime_error("cannot read " + from.string());
  }
  figures all;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    std::istringstream words(line.substr(0, line.find('#')));
    std::string name;
    double value = 0.0;
    if (!(words >> name)) {
      continue;
    }
    if (!(words >> value)) {
      throw std::runtime_error(from.string() + ", line " + std::to_string(number) +
                               ": not a name and a number");
    }
    all[name] = value;
  }
  return all;
}

double figure(const figures& of, const std::string& name) {
  const auto found = of.find(name);
  if (found == of.end()) {
    throw std::runtime_error("the machine's figures do not have " + name);
  }
  return found->second;
}

double median(std::vector<double> values) {
  if (values.empty()) {
    return 0.0;
  }
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

}  // namespace amorsize_tests
