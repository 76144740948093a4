#include "bench/driver/schedule.hpp"

#include <random>
#include <utility>

namespace amorsize_bench {

std::vector<job> shuffled(std::vector<job> jobs, std::uint64_t seed, std::size_t round) {
  std::seed_seq sequence{seed & 0xffffffffU, seed >> 32U, static_cast<std::uint64_t>(round)};
  std::mt19937_64 random(sequence);
  for (std::size_t left = jobs.size(); left > 1; --left) {
    std::swap(jobs[left - 1], jobs[random() % left]);
  }
  return jobs;
}

}  // namespace amorsize_bench
