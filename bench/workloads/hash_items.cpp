#include "workloads/hash_items.hpp"
#include "workloads/random.hpp"

namespace bench {

std::uint64_t hash_steps(std::uint64_t seed, std::uint32_t steps) {
  for (std::uint32_t i = 0; i < steps; ++i) {
    seed = mix(seed);
  }
  return seed;
}

}  // namespace bench
