#include "runtime/executor/crew.hpp"
#include "runtime/policy/memory_ceiling.hpp"
#include "runtime/policy/waiting_climb.hpp"
#include "tests/support/virtual_machine/scenario.hpp"
#include "tests/support/virtual_machine/topology_model.hpp"

#include <algorithm>
#include <cmath>

namespace amorsize_tests {
namespace {

constexpr nanoseconds us{1e3};
constexpr nanoseconds ms{1e6};
/// When a machine begins: what it is to do is given on its clock.
constexpr nanoseconds machine_begins{1e6};

/// Work for each worker.
constexpr nanoseconds ideal = 100.0 * ms;
constexpr nanoseconds item = 20.0 * us;
/// Long enough to be looked at for their memory.
constexpr nanoseconds hungry_item = 5.0 * ms;
constexpr std::size_t hungry_items_per_worker = 60;
/// Items that wait, and how long the map should last.
constexpr nanoseconds waiting_item = 1.0 * ms;
constexpr nanoseconds waiting_ideal = 1'000.0 * ms;

constexpr double smt_speed = 0.65;    ///< of each when two share a core
constexpr double slow_core = 0.5;     ///< an efficient one
constexpr double remote_speed = 0.8;  ///< items whose data lies on the caller's node
constexpr double tenth = 0.1;
constexpr nanoseconds lateness = 5.0 * ms;

item_costs even_items(std::size_t workers) {
  const double items = ideal / item * static_cast<double>(workers);
  return item_costs::of(shape::uniform, static_cast<std::size_t>(items), item);
}

double sum_of_speeds(const machine_model& on) {
  double sum = 0.0;
  for (std::size_t worker = 0; worker < on.workers; ++worker) {
    sum += worker < on.speeds.size() ? on.speeds[worker] : 1.0;
  }
  return sum;
}

/// Everything at once and for ever: what all workers can do.
scenario steady(machine_model on, item_costs costs) {
  const nanoseconds bound = costs.total() / sum_of_speeds(on);
  return {std::move(on), std::move(costs), {}, [bound](const simulated_map&) { return bound; }};
}

scenario uniform(std::size_t workers) {
  return steady({.workers = workers}, even_items(workers));
}

scenario with_siblings(std::size_t workers, double shared_speed) {
  machine_model on = machine_from("core:" + std::to_string(workers / 2) + " pu:2");
  on.shared_core_speed = shared_speed;
  const double speed = std::max(1.0, 2.0 * shared_speed) * static_cast<double>(on.cores);
  item_costs costs = even_items(workers);
  const nanoseconds bound = costs.total() / speed;
  return {std::move(on), std::move(costs), {}, [bound](const simulated_map&) { return bound; }};
}

/// As many fast cores as slow ones.
scenario hybrid(std::size_t workers) {
  machine_model on{.workers = workers};
  on.speeds.resize(workers, 1.0);
  for (std::size_t worker = 1; worker < workers; worker += 2) {
    on.speeds[worker] = slow_core;
  }
  return steady(std::move(on), even_items(workers));
}

/// All data lies on the node of the caller, which wrote it.
scenario numa(std::size_t workers) {
  const std::size_t nodes = workers >= 256 ? 8 : workers >= 64 ? 4 : 2;
  machine_model on = machine_from("numanode:" + std::to_string(nodes) +
                                  " core:" + std::to_string(workers / nodes) + " pu:1");
  on.between_nodes = nanoseconds{200};
  for (const std::size_t node : on.nodes) {
    on.speeds.push_back(node == on.nodes.front() ? 1.0 : remote_speed);
  }
  return steady(std::move(on), even_items(workers));
}

scenario waits(std::size_t workers, double fraction) {
  machine_model on{.workers = workers};
  on.waiting.fraction = fraction;
  const auto most = static_cast<double>(std::min(amorsize::policy::default_waiting_ceiling(workers),
                                                 amorsize::executor::most_helpers + 1));
  // So many items are done in a unit of time: by the CPUs, and by as many workers as there may be.
  const double rate =
      std::min(static_cast<double>(workers) / (1.0 - fraction), most) / waiting_item.count();
  const auto items = static_cast<std::size_t>(waiting_ideal.count() * rate);
  item_costs costs = item_costs::of(shape::uniform, items, waiting_item);
  const nanoseconds bound{static_cast<double>(items) / rate};
  return {std::move(on), std::move(costs), {}, [bound](const simulated_map&) { return bound; }};
}

/// The CPUs that the process may use change; steps in parts of `ideal` and of the workers.
scenario quota(std::size_t workers, const std::vector<std::pair<double, double>>& steps) {
  machine_model on{.workers = workers};
  std::vector<supply_step> supply{{nanoseconds{0}, static_cast<double>(workers)}};
  for (const auto& [when, part] : steps) {
    const auto left = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::lround(part * static_cast<double>(workers))));
    on.steps.push_back({machine_begins + when * ideal, left});
    supply.push_back({when * ideal, static_cast<double>(left)});
  }
  item_costs costs = even_items(workers);
  const nanoseconds bound = earliest_end(costs.total(), supply);
  return {std::move(on), std::move(costs), {}, [bound](const simulated_map&) { return bound; }};
}

scenario one_slow(std::size_t workers, std::size_t which) {
  machine_model on{.workers = workers};
  on.speeds.resize(which + 1, 1.0);
  on.speeds[which] = tenth;
  return steady(std::move(on), even_items(workers));
}

scenario one_stands_still(std::size_t workers) {
  machine_model on{.workers = workers};
  const nanoseconds from = 0.3 * ideal;
  const nanoseconds until = 0.6 * ideal;
  on.faults.stalls = {{1, machine_begins + from, machine_begins + until}};
  const auto all = static_cast<double>(workers);
  item_costs costs = even_items(workers);
  const nanoseconds bound =
      earliest_end(costs.total(), {{nanoseconds{0}, all}, {from, all - 1.0}, {until, all}});
  return {std::move(on), std::move(costs), {}, [bound](const simulated_map&) { return bound; }};
}

scenario never_come(std::size_t workers) {
  machine_model on{.workers = workers};
  on.faults.lost_fraction = 0.5;
  item_costs costs = even_items(workers);
  const nanoseconds work = costs.total();
  return {std::move(on), std::move(costs), {}, [work, workers](const simulated_map& seen) {
            return work / static_cast<double>(workers -
                                              std::min<std::size_t>(seen.counts.lost, workers - 1));
          }};
}

scenario come_late(std::size_t workers) {
  machine_model on{.workers = workers};
  on.faults.late_fraction = 0.5;
  on.faults.lateness = lateness;
  item_costs costs = even_items(workers);
  const nanoseconds work = costs.total();
  return {std::move(on), std::move(costs), {}, [work, workers](const simulated_map& seen) {
            const auto all = static_cast<double>(workers);
            const double late =
                static_cast<double>(std::min<std::size_t>(seen.counts.late, workers - 1));
            return earliest_end(work, {{nanoseconds{0}, all - late}, {lateness, all}});
          }};
}

/// Items of which so many fit at the same time as parts of the workers, with the reserve that is
/// kept; and from the middle of the map on less does.
scenario memory(std::size_t workers, double part, double part_later) {
  machine_model on{.workers = workers};
  constexpr double each = 100e6;
  const auto fit = [&](double of) {
    return std::max(1.0, std::floor(of * static_cast<double>(workers)));
  };
  const double first = fit(part);
  const double later = fit(part_later);
  // A little more than for so many, so that it is not the last byte that decides.
  const auto room = [&](double count) {
    return (count + 0.2) * each * amorsize::policy::memory_reserve;
  };
  on.memory.bytes_per_item = each;
  on.memory.available = room(first);
  item_costs costs = item_costs::of(shape::uniform, hungry_items_per_worker * workers, hungry_item);
  const nanoseconds whole = costs.total() / first;
  std::vector<supply_step> supply{{nanoseconds{0}, first}};
  if (later != first) {
    on.memory.steps = {{machine_begins + 0.5 * whole, room(later)}};
    supply.push_back({0.5 * whole, later});
  }
  const nanoseconds bound = earliest_end(costs.total(), supply);
  return {std::move(on), std::move(costs), {}, [bound](const simulated_map&) { return bound; }};
}

scenario bad_clock(std::size_t workers, const fault_model& faults) {
  machine_model on{.workers = workers};
  on.faults = faults;
  return steady(std::move(on), even_items(workers));
}

std::vector<scenario_kind> make_all() {
  const nanoseconds begins = machine_begins;
  constexpr nanoseconds hour{3600e9};
  fault_model stands_still;
  stands_still.clock = {{begins + 0.2 * ideal, begins + 0.5 * ideal, nanoseconds{0}}};
  fault_model forwards;
  forwards.clock = {{begins + 0.3 * ideal, begins + 0.3 * ideal, hour}};
  fault_model backwards;
  backwards.clock = {{begins + 0.3 * ideal, begins + 0.3 * ideal, -hour}};
  fault_model early;
  early.clock = {{begins + 30.0 * us, begins + 30.0 * us, hour}};
  fault_model coarse;
  coarse.clock_tick = 1.0 * ms;
  fault_model noisy;
  noisy.clock_noise = 1.0 * us;
  const std::string speeds = "work / sum of speeds";
  const std::string changing = "work / what is there at each time";
  const std::string waiting = "the CPUs, or the most workers for items that wait";
  return {
      {"uniform machine", false, speeds, uniform},
      {"SMT siblings, 1.3 x", false, speeds, [](auto n) { return with_siblings(n, smt_speed); }},
      {"SMT siblings, 0.9 x", false, "work / cores", [](auto n) { return with_siblings(n, 0.45); }},
      {"half the cores slow", false, speeds, hybrid},
      {"NUMA, data on one node", false, speeds, numa},
      {"items wait 50 %", false, waiting, [](auto n) { return waits(n, 0.5); }},
      {"items wait 90 %", false, waiting, [](auto n) { return waits(n, 0.9); }},
      {"items wait 98 %", false, waiting, [](auto n) { return waits(n, 0.98); }},
      {"memory for half", false, changing, [](auto n) { return memory(n, 0.5, 0.5); }},
      {"quota down",
       true,
       changing,
       [](auto n) {
         return quota(n, {{0.3, 0.5}});
       }},
      {"quota down and up",
       true,
       changing,
       [](auto n) {
         return quota(n, {{0.3, 0.25}, {0.9, 1.0}});
       }},
      {"quota up",
       true,
       changing,
       [](auto n) {
         return quota(n, {{0.0, 0.25}, {0.5, 1.0}});
       }},
      {"a helper 10 x slower", true, speeds, [](auto n) { return one_slow(n, 1); }},
      {"the caller 10 x slower", true, speeds, [](auto n) { return one_slow(n, 0); }},
      {"a helper stands still", true, changing, one_stands_still},
      {"half never come", true, "work / those that come", never_come},
      {"half come late", true, changing, come_late},
      {"memory runs out", true, changing, [](auto n) { return memory(n, 1.0, 0.25); }},
      {"clock stands still", true, speeds, [=](auto n) { return bad_clock(n, stands_still); }},
      {"clock jumps an hour", true, speeds, [=](auto n) { return bad_clock(n, forwards); }},
      {"clock jumps at once", true, speeds, [=](auto n) { return bad_clock(n, early); }},
      {"clock goes back", true, speeds, [=](auto n) { return bad_clock(n, backwards); }},
      {"clock ticks each ms", true, speeds, [=](auto n) { return bad_clock(n, coarse); }},
      {"clock errs by 1 us", true, speeds, [=](auto n) { return bad_clock(n, noisy); }},
  };
}

}  // namespace

nanoseconds earliest_end(nanoseconds work, const std::vector<supply_step>& supply) {
  for (std::size_t i = 0; i + 1 < supply.size(); ++i) {
    const nanoseconds done = (supply[i + 1].from - supply[i].from) * supply[i].speed;
    if (work <= done) {
      return supply[i].from + work / supply[i].speed;
    }
    work -= done;
  }
  return supply.back().from + work / supply.back().speed;
}

const std::vector<scenario_kind>& all_scenarios() {
  static const std::vector<scenario_kind> all = make_all();
  return all;
}

scenario_outcome run(const scenario& one, std::uint64_t seed) {
  scenario_outcome outcome;
  outcome.seen = simulate(one.machine, one.costs, one.how, seed);
  outcome.lower_bound = one.lower_bound(outcome.seen);
  return outcome;
}

}  // namespace amorsize_tests
