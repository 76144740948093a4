#include "bench/driver/sweep.hpp"

#include <limits>

namespace amorsize_bench {

inline constexpr std::size_t largest_grain = 65536;
inline constexpr std::size_t grain_factor = 16;

std::vector<std::size_t> grains_for(std::optional<std::size_t> items) {
  std::vector<std::size_t> grains{1};
  const std::size_t most = items ? *items / 2 : largest_grain;
  for (std::size_t grain = grain_factor; grain <= most && grain <= largest_grain;
       grain *= grain_factor) {
    grains.push_back(grain);
  }
  return grains;
}

std::optional<std::size_t> best_grain(const std::vector<grain_trial>& trials) {
  std::optional<std::size_t> best;
  double best_time = std::numeric_limits<double>::infinity();
  for (const grain_trial& trial : trials) {
    for (const outcome& attempt : trial.tries) {
      if (attempt.measured && attempt.measured->real_ns < best_time) {
        best = trial.grain;
        best_time = attempt.measured->real_ns;
      }
    }
  }
  return best;
}

}  // namespace amorsize_bench
