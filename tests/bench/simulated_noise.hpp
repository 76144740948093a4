// Times as a shared machine gives them: noise of each process, drift that all feel, and now and
// then a disturbance. From a seed, so that a test gives the same every time. Thread safety: owned
// by one thread.
#pragma once

#include "bench/driver/regret.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace amorsize_bench_test {

struct noise {
  double each = 0.05;    ///< standard deviation of the logarithm, per process
  double drift = 0;      ///< the same from round to round, in common
  double disturbed = 0;  ///< fraction of the processes that take up to twice as long
};

class noisy_machine {
 public:
  noisy_machine(std::uint64_t seed, const noise& how) : random_(seed), how_(how) {}

  void next_round() { level_ += how_.drift * normal(); }

  double time(double true_ns) {
    double ns = true_ns * std::exp(level_ + how_.each * normal());
    if (uniform() < how_.disturbed) {
      ns *= 1 + uniform();
    }
    return ns;
  }

  /// Ours and rivals with these true times over so many rounds. No allowance.
  amorsize_bench::contest measure(double ours, const std::vector<double>& rivals, int rounds) {
    amorsize_bench::contest between{.ours = {}, .rivals = {}, .allowance_ns = 0};
    between.rivals.resize(rivals.size());
    for (int round = 0; round < rounds; ++round) {
      next_round();
      between.ours.emplace_back(time(ours));
      for (std::size_t i = 0; i < rivals.size(); ++i) {
        between.rivals[i].emplace_back(time(rivals[i]));
      }
    }
    return between;
  }

 private:
  // Not std::normal_distribution: every standard library has its own.
  double uniform() { return static_cast<double>(random_() >> 11U) * 0x1p-53; }
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) {
      sum += uniform();
    }
    return sum;
  }

  std::mt19937_64 random_;
  noise how_;
  double level_ = 0;
};

}  // namespace amorsize_bench_test
