// From what was measured to what is said about it: who may count as a rival, the regret of every
// variant of amorsize in every cell, and the summary over the cells.
// Thread safety: thread-safe; pure functions of plain values.
#pragma once

#include "bench/driver/samples.hpp"
#include "bench/driver/statistics.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace amorsize_bench {

/// In a cell with pauses a variant counts only if it uses at most this many times the CPU time per
/// call of the serial loop: one that spins through the pauses answers fast at everybody else's
/// cost.
inline constexpr double cpu_bound_factor = 3.5;

/// A cell counts as lost above this.
inline constexpr double lost_regret = 1.05;

/// What a map may take at most, by the time of the plain loop: the library's promise. A wake-up is
/// what the caller pays for one, a trial the first moments with helpers.
[[nodiscard]] double loop_bound_ns(double serial_ns);

struct rules {
  double allowance_ns = default_allowance_ns;
  std::size_t draws = 2000;  ///< of the bootstrap
  std::uint64_t seed = 1;
};

/// How one variant of amorsize did in one cell.
struct standing {
  std::size_t variant = 0;
  std::optional<double> regret = {};       ///< none: failed, or no rival
  interval likely = {};                    ///< 90 % by bootstrap
  std::optional<double> pessimistic = {};  ///< see regret.hpp
  std::optional<double> regret_of_medians = {};
  std::vector<std::size_t> rivals = {};  ///< those that it was taken against: one or two
  std::vector<double> replicates = {};   ///< regret in each draw of the bootstrap
  std::string failure = {};              ///< a process failed: the cell counts as lost
  bool is_spinning = false;              ///< beyond cpu_bound_factor: lost, whatever the time
  std::optional<double> of_loop = {};    ///< median over the rounds of ours / serial loop
  bool is_beyond_loop_bound = false;     ///< by the median of what it takes above loop_bound_ns()
};

struct cell_verdict {
  std::vector<standing> standings = {};
  std::vector<bool> is_barred = {};  ///< by variant: beyond cpu_bound_factor
  bool has_pauses = false;
  bool is_cpu_unchecked = false;  ///< pauses, but no serial loop to compare with
};

/// One variant of amorsize over all cells.
struct summary {
  std::size_t variant = 0;
  std::size_t cells = 0;   ///< that have a regret
  double mean_regret = 0;  ///< geometric
  interval likely = {};
  double mean_pessimistic = 0;
  double mean_regret_of_medians = 0;
  std::optional<std::size_t> worst = {};            ///< cell
  std::vector<std::size_t> lost = {};               ///< cells
  std::vector<std::size_t> beyond_loop_bound = {};  ///< cells
  std::size_t cells_with_loop = 0;                  ///< in which the serial loop was measured, too
};

struct verdict {
  std::vector<cell_verdict> cells = {};  ///< in the order of results::cells
  std::vector<summary> summaries = {};
};

[[nodiscard]] verdict reach_verdict(const results& of, const rules& by = {});

/// Whether the cell counts as lost: a regret above lost_regret, a failure, or spinning.
[[nodiscard]] bool is_lost(const standing& how);

/// Geometric mean over the cells, draw by draw; all have as many draws.
[[nodiscard]] std::vector<double> mean_replicates(const std::vector<const standing*>& of);

}  // namespace amorsize_bench
