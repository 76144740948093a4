// Items that cost as much time as they are told to: a chain of integer hashes, which no compiler
// shortens and no memory slows down. Most workloads about scheduling are made of these.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace bench {

/// A chain of `steps` hashes. Out of line: the same code in every executable, whatever the loop
/// around it looks like.
[[nodiscard]] std::uint64_t hash_steps(std::uint64_t seed, std::uint32_t steps);

/// As measured where the sizes were chosen (x86-64 at 2.6 GHz). Elsewhere all items are longer or
/// shorter; a calibration in each process would make processes incomparable.
inline constexpr double nanoseconds_per_step = 3.65;
/// So many steps are hidden by the end of the item before: the CPU runs ahead.
inline constexpr double hidden_steps = 4.0;

/// Steps of an item of about so many nanoseconds, from 20 on.
[[nodiscard]] inline std::uint32_t steps_for(double nanoseconds) {
  return static_cast<std::uint32_t>(nanoseconds / nanoseconds_per_step + hidden_steps + 0.5);
}

struct hash_items {
  struct item {
    std::uint64_t operator()(std::uint32_t steps) const { return hash_steps(steps, steps); }
  };

  explicit hash_items(std::vector<std::uint32_t> steps) : in(std::move(steps)), out(in.size()) {}
  hash_items(std::size_t items, double nanoseconds)
      : hash_items(std::vector<std::uint32_t>(items, steps_for(nanoseconds))) {}

  [[nodiscard]] item op() const { return {}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<std::uint32_t> in;  ///< steps of each item
  std::vector<std::uint64_t> out;
};

}  // namespace bench
