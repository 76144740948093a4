#include "tests/support/virtual_machine/cost_shape.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <random>
#include <stdexcept>

namespace amorsize_tests {
namespace {

/// Relative costs of `items` items; their mean does not matter yet.
std::vector<double> relative_costs(shape which, std::size_t items, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  const double count = static_cast<double>(items);
  std::vector<double> costs(items, 1.0);
  const auto each = [&](auto&& cost) {
    for (std::size_t i = 0; i < items; ++i) {
      costs[i] = cost((static_cast<double>(i) + 0.5) / count);
    }
  };
  switch (which) {
    case shape::uniform:
      break;
    case shape::rising:
      each([](double at) { return at; });
      break;
    case shape::falling:
      each([](double at) { return 1.0 - at; });
      break;
    case shape::bimodal:
      each([&](double) { return uniform(random) < 0.1 ? 10.0 : 1.0; });
      break;
    case shape::pareto: {
      const double most = std::max(10.0, count * 1e-4);
      each([&](double) { return std::min(most, std::pow(1.0 - uniform(random), -1.0 / 1.2)); });
      break;
    }
    case shape::giant_at_end:
      costs.back() = count * 0.1;
      break;
    case shape::step_up:
      each([](double at) { return at < 0.5 ? 1.0 : 10.0; });
      break;
    case shape::step_down:
      each([](double at) { return at < 0.5 ? 10.0 : 1.0; });
      break;
    case shape::first_dear:
      costs.front() = 1000.0;
      break;
    case shape::drifting:
      each([](double at) { return 2.0 + std::sin(at * 6.0 * std::numbers::pi); });
      break;
  }
  return costs;
}

}  // namespace

const char* name_of(shape which) noexcept {
  switch (which) {
    case shape::uniform:
      return "uniform";
    case shape::rising:
      return "rising";
    case shape::falling:
      return "falling";
    case shape::bimodal:
      return "bimodal";
    case shape::pareto:
      return "pareto 1.2";
    case shape::giant_at_end:
      return "giant at end";
    case shape::step_up:
      return "step up";
    case shape::step_down:
      return "step down";
    case shape::first_dear:
      return "first dear";
    case shape::drifting:
      return "drifting";
  }
  return "?";
}

const std::vector<shape>& balanced_shapes() {
  static const std::vector<shape> all{shape::uniform,
                                      shape::rising,
                                      shape::falling,
                                      shape::bimodal,
                                      shape::pareto,
                                      shape::step_up,
                                      shape::step_down,
                                      shape::first_dear,
                                      shape::drifting};
  return all;
}

const std::vector<shape>& all_shapes() {
  static const std::vector<shape> all = [] {
    std::vector<shape> made = balanced_shapes();
    made.push_back(shape::giant_at_end);
    return made;
  }();
  return all;
}

item_costs::item_costs(const std::vector<nanoseconds>& each) {
  until_.reserve(each.size() + 1);
  until_.push_back(0.0);
  for (const nanoseconds cost : each) {
    until_.push_back(until_.back() + cost.count());
    longest_ = std::max(longest_, cost);
  }
}

item_costs item_costs::of(shape which, std::size_t items, nanoseconds mean, std::uint64_t seed) {
  std::vector<double> relative = relative_costs(which, items, seed);
  double sum = 0.0;
  for (const double one : relative) {
    sum += one;
  }
  std::vector<nanoseconds> costs(items);
  for (std::size_t i = 0; i < items; ++i) {
    costs[i] = mean * (relative[i] * static_cast<double>(items) / sum);
  }
  return item_costs(costs);
}

item_costs item_costs::from_file(const std::filesystem::path& trace) {
  std::ifstream file(trace);
  if (!file) {
    throw std::runtime_error("cannot read the trace " + trace.string());
  }
  std::vector<nanoseconds> costs;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const std::string text = line.substr(0, line.find('#'));
    if (text.find_first_not_of(" \t\r") == std::string::npos) {
      continue;
    }
    std::size_t used = 0;
    double cost = -1.0;
    try {
      cost = std::stod(text, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (!(cost >= 0.0) || !std::isfinite(cost) ||
        text.find_first_not_of(" \t\r", used) != std::string::npos) {
      throw std::runtime_error(trace.string() + ", line " + std::to_string(number) +
                               ": not a number of nanoseconds");
    }
    costs.emplace_back(cost);
  }
  return item_costs(costs);
}

item_costs item_costs::rotated(std::size_t first) const {
  std::vector<nanoseconds> each;
  each.reserve(items());
  for (std::size_t i = 0; i < items(); ++i) {
    const std::size_t at = (first + i) % items();
    each.push_back(of_range(at, at + 1));
  }
  return item_costs(each);
}

item_costs item_costs::repeated(std::size_t items, nanoseconds mean) const {
  std::vector<nanoseconds> costs(items);
  nanoseconds sum{0};
  for (std::size_t i = 0; i < items; ++i) {
    const std::size_t from = i % this->items();
    costs[i] = of_range(from, from + 1);
    sum += costs[i];
  }
  for (nanoseconds& cost : costs) {
    cost *= mean * static_cast<double>(items) / sum;
  }
  return item_costs(costs);
}

nanoseconds item_costs::lower_bound(std::size_t workers) const noexcept {
  return std::max(total() / static_cast<double>(std::max<std::size_t>(1, workers)), longest_);
}

}  // namespace amorsize_tests
