#include "workloads/hash_items.hpp"
#include "workloads/random.hpp"
#include "workloads/shapes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace bench {
namespace {

constexpr double dear_share = 0.1;  // bimodal: one item in ten ...
constexpr double dear_cost = 10.0;  // ... costs ten times as much
constexpr double pareto_alpha = 1.2;
constexpr double pareto_cap = 500.0;    // times the cheapest item: under a hundredth of the whole
constexpr double giant_share = 0.25;    // of the whole work
constexpr double step_factor = 9.0;     // one half costs nine times the other
constexpr double first_factor = 100.0;  // times another item: what a dry run of one item sees
constexpr double drift_depth = 0.8;     // around the mean
constexpr double drift_periods = 2.0;
constexpr std::uint64_t shape_seed = 20;

/// The cost of item i in any unit.
double relative_cost(shape which, std::size_t i, random_numbers& random) {
  const double place = (static_cast<double>(i) + 0.5) / static_cast<double>(shape_items);
  switch (which) {
    case shape::uniform:
      return 1.0;
    case shape::rising:
      return place;
    case shape::falling:
      return 1.0 - place;
    case shape::bimodal:
      return random.fraction() < dear_share ? dear_cost : 1.0;
    case shape::pareto:
      return std::min(pareto_cap, std::pow(1.0 - random.fraction(), -1.0 / pareto_alpha));
    case shape::giant_at_end:
      return i + 1 < shape_items
                 ? 1.0
                 : giant_share / (1.0 - giant_share) * static_cast<double>(shape_items - 1);
    case shape::step_up:
      return place < 0.5 ? 1.0 : step_factor;
    case shape::step_down:
      return place < 0.5 ? step_factor : 1.0;
    case shape::first_dear:
      return i == 0 ? first_factor : 1.0;
    case shape::drifting:
      return 1.0 + drift_depth * std::sin(2.0 * std::numbers::pi * drift_periods * place);
  }
  return 1.0;
}

}  // namespace

std::vector<std::uint32_t> steps_of(shape which) {
  random_numbers random(shape_seed);
  std::vector<double> costs(shape_items);
  for (std::size_t i = 0; i < shape_items; ++i) {
    costs[i] = relative_cost(which, i, random);
  }
  const double sum = std::accumulate(costs.begin(), costs.end(), 0.0);
  const double ns_per_unit = shape_mean_ns * static_cast<double>(shape_items) / sum;
  std::vector<std::uint32_t> steps(shape_items);
  std::transform(costs.begin(), costs.end(), steps.begin(), [=](double cost) {
    return steps_for(cost * ns_per_unit);
  });
  return steps;
}

}  // namespace bench
