// The bench tested on itself: a copy of amorsize must not be found different, a competitor made a
// fifth slower must be found so. Thread safety: thread-safe; pure functions of plain values.
#pragma once

#include "bench/driver/samples.hpp"

#include <string>
#include <vector>

namespace amorsize_bench {

/// Cells that are quiet enough.
inline constexpr const char* self_test_cells =
    "^(exp/items:20000|hot/us:(100|200)|few_long/items:16/us:500|shapes_uniform/.*|mandelbrot/.*|"
    "n_body/.*|black_scholes/.*)$";
inline constexpr const char* self_test_variants =
    "^(amorsize|amorsize_copy|tbb_auto|tbb_auto_slowed)$";

inline constexpr double copy_tolerance = 0.03;  ///< around 1.00
inline constexpr double slowed_by = 1.2;        ///< what tbb_auto_slowed does
inline constexpr double slowed_tolerance = 0.05;

/// In shorter maps oneTBB's workers may go to sleep while the time is wasted, and have to be woken.
inline constexpr double slowed_shortest_ns = 1e6;

/// One variant against another one, in every cell that has both.
struct pair_check {
  std::string ours;
  std::string theirs;
  double expected = 1;
  double tolerance = 0;
  double shortest_ns = 0;           ///< in cells where theirs takes less nothing is compared
  std::vector<double> ratios = {};  ///< by cell; NaN where not compared
  double mean = 0;                  ///< geometric
  bool is_passed = false;
};

/// Without the allowance that rivals have otherwise: it would make the copy look better than it is.
[[nodiscard]] std::vector<pair_check> check_itself(const results& of);

}  // namespace amorsize_bench
