#include "runtime/map_run.hpp"
#include "runtime/settings.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace amorsize_tests {
namespace {

/// The map's body: an item takes its cost of the running worker's time.
struct costly_body {
  virtual_machine& on;
  const item_costs& costs;
  std::size_t chunks = 0;
  std::size_t items = 0;
  std::vector<bool> is_done = std::vector<bool>(costs.items());

  static void run(void* context, amorsize::detail::item_block& block) {
    auto& self = *static_cast<costly_body*>(context);
    if (self.on.model().waiting.is_used() || self.on.model().memory.bytes_per_item > 0.0) {
      for (std::size_t item = block.first; item < block.last; ++item) {
        self.on.run_item(self.costs.of_range(item, item + 1));
      }
    } else {
      self.on.advance(self.costs.of_range(block.first, block.last));
    }
    for (std::size_t item = block.first; item < block.last; ++item) {
      if (self.is_done[item]) {
        std::fprintf(stderr, "item %zu was run twice\n", item);
        std::abort();
      }
      self.is_done[item] = true;
    }
    self.items += block.last - block.first;
    ++self.chunks;
    block.next = block.last;
  }
};

machine_counts difference(const machine_counts& after, const machine_counts& before) {
  return {after.wakes - before.wakes,
          after.clock_readings - before.clock_readings,
          after.modifications - before.modifications,
          after.sleeps - before.sleeps,
          after.lost - before.lost,
          after.late - before.late};
}

/// Long enough for every helper to fall asleep.
constexpr nanoseconds pause_between{5e6};

}  // namespace

simulated_map simulate(virtual_process& in,
                       const item_costs& costs,
                       const amorsize::options& how,
                       site* memory) {
  virtual_machine& machine = in.machine();
  simulated_map seen;
  amorsize::options own = how;
  own.report = &seen.report;
  const amorsize::settings with = amorsize::resolve_settings(&own);
  costly_body body{machine, costs};
  amorsize::detail::map_request request;
  request.items = costs.items();
  request.body = {&body, &costly_body::run};
  request.site = memory;
  request.how = &own;
  const machine_counts counts = machine.counts();
  const nanoseconds began = machine.exact_now();
  amorsize::map_run run(request, with, machine);
  run.run();
  seen.makespan = machine.exact_now() - began;
  seen.most_bytes = machine.memory_in_use().peak;
  seen.counts = difference(machine.counts(), counts);
  seen.serial = costs.total();
  seen.lower_bound = costs.lower_bound(machine.model().workers);
  seen.chunks = body.chunks;
  seen.items = body.items;
  if (body.items != costs.items()) {
    std::fprintf(stderr, "%zu of %zu items were run\n", body.items, costs.items());
    std::abort();
  }
  return seen;
}

void make_helpers(virtual_process& in) {
  if (in.machine().model().workers > 1) {
    in.enlist().make_helpers(in.machine().model().workers - 1);
    // From the first map that is shared on the crew knows that they exist.
    amorsize::options two;
    two.n_jobs = 2;
    static_cast<void>(simulate(in, item_costs({nanoseconds{1e6}, nanoseconds{1e6}}), two));
    in.machine().sleep_for(pause_between);
  }
}

simulated_map simulate(const machine_model& on,
                       const item_costs& costs,
                       const amorsize::options& how,
                       std::uint64_t seed) {
  virtual_process process(on, seed);
  return simulate(process, costs, how);
}

simulated_map simulate_warm(const machine_model& on,
                            const item_costs& costs,
                            const amorsize::options& how,
                            std::uint64_t seed) {
  virtual_process process(on, seed);
  make_helpers(process);
  site memory;
  static_cast<void>(simulate(process, costs, how, &memory));
  process.machine().sleep_for(pause_between);
  return simulate(process, costs, how, &memory);
}

best_n_jobs find_best_n_jobs(const machine_model& on, const item_costs& costs, std::uint64_t seed) {
  // Each in a process of its own: what one leaves behind is no merit or fault of the next.
  const auto time_of = [&](std::size_t n_jobs) {
    virtual_process process(on, seed);
    make_helpers(process);
    site memory;
    static_cast<void>(simulate(process, costs, {}, &memory));
    process.machine().sleep_for(pause_between);
    amorsize::options how;
    how.n_jobs = n_jobs;
    return simulate(process, costs, how, &memory).makespan;
  };
  std::vector<best_n_jobs> tried{{1, costs.total()}};
  for (std::size_t base = 2; base <= on.workers; base *= 2) {
    for (const std::size_t n_jobs : {base, base + base / 2}) {
      if (n_jobs > on.workers) {
        break;
      }
      tried.push_back({n_jobs, time_of(n_jobs)});
    }
  }
  best_n_jobs best =
      *std::min_element(tried.begin(), tried.end(), [](const auto& a, const auto& b) {
        return a.makespan < b.makespan;
      });
  best.fewest = best.most = best.n_jobs;
  for (const best_n_jobs& one : tried) {
    if (one.makespan <= (1.0 + best_n_jobs::as_good) * best.makespan) {
      best.fewest = std::min(best.fewest, one.n_jobs);
      best.most = std::max(best.most, one.n_jobs);
    }
  }
  return best;
}

}  // namespace amorsize_tests
