// Two results of the same bench, earlier and now: what has moved by more than the noise.
// Thread safety: thread-safe; pure functions of plain values.
#pragma once

#include "bench/driver/samples.hpp"
#include "bench/driver/statistics.hpp"
#include "bench/driver/verdict.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace amorsize_bench {

/// Nothing smaller is called a change, however steady.
inline constexpr double smallest_change = 0.03;

/// One variant of amorsize in one cell.
struct change {
  std::string cell;
  double before = 0;     ///< regret
  double after = 0;      ///< regret
  interval likely = {};  ///< of after / before, 90 %
  double time_ratio =
      0;  ///< of its own times, by medians: tells a change of ours from one of the rivals
  bool is_beyond_noise = false;
};

struct variant_changes {
  std::string variant;
  std::vector<change> cells = {};
  double before = 0;  ///< geometric mean over the cells that both results have
  double after = 0;
  interval likely = {};  ///< of after / before, 90 %
};

struct comparison {
  std::vector<variant_changes> variants = {};
  double rivals_time_ratio =
      0;  ///< geometric mean over all rivals and cells: how the machine has changed
  std::vector<std::string> only_before = {};  ///< cells and rivals that are not in both
  std::vector<std::string> only_after = {};
};

[[nodiscard]] comparison compare(const results& before, const results& after, const rules& by = {});

}  // namespace amorsize_bench
