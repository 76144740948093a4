#include "runtime/policy/break_even.hpp"
#include "runtime/policy/controller.hpp"
#include "runtime/policy/makespan.hpp"
#include "runtime/policy/serial_gate.hpp"
#include "runtime/policy/worker_count.hpp"

#include <array>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// So few items are tried one by one: whole items make the prediction bumpy.
inline constexpr std::size_t tried_one_by_one = 256;
inline constexpr std::array<double, 19> curve_costs{10.0,
                                                    20.0,
                                                    50.0,
                                                    100.0,
                                                    200.0,
                                                    500.0,
                                                    1e3,
                                                    2e3,
                                                    5e3,
                                                    10e3,
                                                    20e3,
                                                    50e3,
                                                    100e3,
                                                    200e3,
                                                    500e3,
                                                    1e6,
                                                    2e6,
                                                    5e6,
                                                    10e6};

/// The smallest number of items for which `holds`; it holds for all above tried_one_by_one items
/// if for one.
template <class Predicate>
std::size_t fewest_items(Predicate holds) noexcept {
  for (std::size_t items = 2; items <= tried_one_by_one; ++items) {
    if (holds(items)) {
      return items;
    }
  }
  std::size_t without = tried_one_by_one;
  std::size_t with = without;
  while (!holds(with)) {
    if (with >= most_items) {
      return 0;
    }
    without = with;
    with *= 2;
  }
  while (with - without > 1) {
    const std::size_t middle = without + (with - without) / 2;
    (holds(middle) ? with : without) = middle;
  }
  return with;
}

}  // namespace

break_even break_even_at(nanoseconds cost, std::size_t workers, const overheads& costs) noexcept {
  break_even found{.cost = sane(cost)};
  if (workers < 2 || !(found.cost > nanoseconds{0})) {
    return found;
  }
  const auto pays = [&](std::size_t items) noexcept {
    const remaining_work work{items, found.cost};
    const nanoseconds alone = serial_time(work);
    return alone > worth_asking_from &&
           serial_gate(alone,
                       best_worker_count(work, workers, costs).estimated,
                       nanoseconds{0},
                       costs.setup + costs.wake + costs.start) == gate_verdict::share;
  };
  found.items = fewest_items(pays);
  if (found.items == 0) {
    return found;
  }
  const remaining_work work{found.items, found.cost};
  const worker_choice choice = best_worker_count(work, workers, costs);
  found.n_jobs = choice.n_jobs;
  found.alone = serial_time(work);
  found.shared = choice.estimated;
  found.items_all = fewest_items([&](std::size_t items) noexcept {
    return pays(items) && best_worker_count({items, found.cost}, workers, costs).n_jobs == workers;
  });
  return found;
}

std::vector<break_even> break_even_curve(std::size_t workers, const overheads& costs) {
  std::vector<break_even> curve;
  curve.reserve(curve_costs.size());
  for (const double cost : curve_costs) {
    curve.push_back(break_even_at(nanoseconds{cost}, workers, costs));
  }
  return curve;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
