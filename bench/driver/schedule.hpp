// In which order the processes of a round run: at random over everything, so that neither a cell
// nor a variant has a place of its own in a round. Thread safety: thread-safe; pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace amorsize_bench {

/// One process.
struct job {
  std::size_t cell = 0;
  std::size_t variant = 0;
};

/// The jobs of a round in random order. The same seed and round give the same order everywhere
/// (unlike std::shuffle).
[[nodiscard]] std::vector<job> shuffled(std::vector<job> jobs,
                                        std::uint64_t seed,
                                        std::size_t round);

}  // namespace amorsize_bench
