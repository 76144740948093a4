// A machine that does not exist, as numbers: how many workers it has, what waking, claiming and
// looking at other workers' memory costs on it, and what goes wrong. Thread safety: plain values.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace amorsize_tests {

using amorsize::policy::nanoseconds;

/// What one wake-up costs whoever wakes, and how long until the helper runs.
struct wake_model {
  nanoseconds wake{0};
  nanoseconds start{0};
};

/// One worker makes no progress between two moments.
struct stall {
  std::size_t worker = 0;  ///< 0 is the caller; ticket t is worker t + 1
  nanoseconds from{0};
  nanoseconds until{0};
};

/// From then on so many bytes are left to the map, altogether: somebody else takes them.
struct memory_step {
  nanoseconds from{0};
  double available = 0.0;
};

/// What items take while they run.
struct memory_use_model {
  double bytes_per_item = 0.0;
  double available = 0.0;  ///< to the map, altogether; 0 = the system does not tell
  std::vector<memory_step> steps = {};
};

/// What the clock does wrong, by the machine's own time.
struct clock_fault {
  nanoseconds from{0};
  nanoseconds until{0};  ///< it stands still up to here
  nanoseconds jump{0};   ///< and is off by so much from here on, either way
};

/// From then on the process may use so many CPUs: an affinity mask or a quota that changes. More
/// threads than that share them.
struct capacity_step {
  nanoseconds from{0};
  std::size_t workers = 1;
};

/// What goes wrong. The default is nothing.
struct fault_model {
  /// So many of the helpers called, in parts of one, start `lateness` later than they should.
  double late_fraction = 0.0;
  nanoseconds lateness{0};
  /// So many of the tickets, in parts of one, never come.
  double lost_fraction = 0.0;
  std::vector<stall> stalls = {};
  /// Readings of the clock are off by up to so much either way; neighbouring ones may go back.
  nanoseconds clock_noise{0};
  /// In order of time.
  std::vector<clock_fault> clock = {};
  /// Readings are multiples of this.
  nanoseconds clock_tick{0};
};

/// Items that wait. The default does not.
struct waiting_model {
  double fraction = 0.0;    ///< of an item's time it waits; for the rest it needs a CPU
  std::size_t at_once = 0;  ///< so many items can run at the same time: a lock, a server; 0 = any
  /// From then on nothing waits any more, and all of an item's time is computing.
  nanoseconds until{1e18};

  [[nodiscard]] bool is_used() const noexcept { return fraction > 0.0 || at_once > 0; }
};

/// Defaults: the 2-CPU virtual machine the library was first measured on (DESIGN.md, section 4).
struct machine_model {
  std::size_t workers = 2;  ///< CPUs this process may use

  // Threads: made when first called; parked; active within stays_awake before the call.
  wake_model absent{nanoseconds{40e3}, nanoseconds{60e3}};
  wake_model asleep{nanoseconds{10e3}, nanoseconds{40e3}};
  wake_model awake{nanoseconds{100}, nanoseconds{800}};
  nanoseconds stays_awake{100e3};  ///< after a helper has given its thread back
  nanoseconds linger{5e3};         ///< looking for work before that
  /// Every wake varies by up to this fraction either way.
  double wake_jitter = 0.2;

  // Memory. A line that another worker wrote last has to come from there.
  nanoseconds load_miss{100};
  nanoseconds store_miss{20};  ///< the store buffer hides most of it
  nanoseconds rmw_hit{5};
  nanoseconds rmw_miss{100};  ///< read-modify-writes of one line happen one after another
  nanoseconds clock_reading{24};
  nanoseconds pause{40};

  /// Relative speed of each worker; empty: all 1. Later ones are 1.
  std::vector<double> speeds = {};
  /// Physical cores, if fewer than workers. Threads that share one have this part of their speed,
  /// and the system sees to it that no core is idle meanwhile. 0: a core for each worker.
  std::size_t cores = 0;
  double shared_core_speed = 1.0;
  /// NUMA node of each worker; empty: one for all. Later ones are on the last.
  std::vector<std::size_t> nodes = {};
  /// On top of a miss, when the line comes from another node.
  nanoseconds between_nodes{0};
  fault_model faults = {};
  waiting_model waiting = {};
  memory_use_model memory = {};
  /// In order of time; before the first of them all workers may be used.
  std::vector<capacity_step> steps = {};

  /// Does a worker's speed depend on what the others do?
  [[nodiscard]] bool shares_cpus() const noexcept {
    return !steps.empty() || (cores > 0 && cores < workers);
  }
  [[nodiscard]] std::size_t node_of(std::size_t worker) const noexcept {
    return nodes.empty() ? 0 : nodes[worker < nodes.size() ? worker : nodes.size() - 1];
  }

  /// Claiming a chunk alone: one word that nobody else looks at, one reading of the clock.
  [[nodiscard]] nanoseconds claim() const noexcept { return rmw_hit + clock_reading; }
};

}  // namespace amorsize_tests
