// One map on a virtual machine, from the call to its return: the production engine, executor and
// policy in virtual time. Thread safety: one simulation at a time.
#pragma once

#include "runtime/policy/decision.hpp"
#include "tests/support/virtual_machine/cost_shape.hpp"
#include "tests/support/virtual_machine/virtual_process.hpp"

#include <amorsize/detail/call_site.hpp>
#include <amorsize/options.hpp>
#include <amorsize/report.hpp>

#include <cstddef>
#include <cstdint>

namespace amorsize_tests {

/// How long a map took, and what it did.
struct simulated_map {
  nanoseconds makespan{0};
  nanoseconds serial{0};       ///< the plain loop
  nanoseconds lower_bound{0};  ///< no schedule on all workers of the machine is shorter
  std::size_t chunks = 0;      ///< calls of the body, the blocks of the dry run included
  std::size_t items = 0;       ///< run; each exactly once, or the simulation aborts
  double most_bytes = 0.0;     ///< that its items took at the same time
  machine_counts counts{};     ///< of this map alone
  amorsize::report report{};   ///< as the user gets it

  [[nodiscard]] double against_bound() const noexcept { return makespan / lower_bound; }
  [[nodiscard]] double speedup() const noexcept { return serial / makespan; }
};

/// What a site keeps from call to call.
using site = amorsize::detail::call_site;

/// Runs one map in the process. how: as the user's options; its report is not used. memory: the
/// call site; null: a site's first call.
[[nodiscard]] simulated_map simulate(virtual_process& in,
                                     const item_costs& costs,
                                     const amorsize::options& how = {},
                                     site* memory = nullptr);

/// As if another map had made all helpers long ago.
void make_helpers(virtual_process& in);

/// The first map of a fresh process on a fresh machine.
[[nodiscard]] simulated_map simulate(const machine_model& on,
                                     const item_costs& costs,
                                     const amorsize::options& how = {},
                                     std::uint64_t seed = 1);

/// The n_jobs among powers of two and three times powers of two, capped by the machine, with the
/// shortest makespan when maps of that site follow one another and workers have long been asleep.
struct best_n_jobs {
  std::size_t n_jobs = 1;
  nanoseconds makespan{0};
  /// The optimum is flat: from here to there the makespan is longer by as_good at most.
  std::size_t fewest = 1;
  std::size_t most = 1;
  static constexpr double as_good = 0.05;
};
[[nodiscard]] best_n_jobs find_best_n_jobs(const machine_model& on,
                                           const item_costs& costs,
                                           std::uint64_t seed = 1);
/// The same map as it decides by itself: the second of its site, in a process whose helpers exist
/// and have long been asleep.
[[nodiscard]] simulated_map simulate_warm(const machine_model& on,
                                          const item_costs& costs,
                                          const amorsize::options& how = {},
                                          std::uint64_t seed = 1);

}  // namespace amorsize_tests
