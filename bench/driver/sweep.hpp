// The grain of the implementations that need one: round zero tries several in each cell and keeps
// the best, as a careful person would. Its figures are used for nothing else. Thread safety:
// thread-safe; pure functions.
#pragma once

#include "bench/driver/samples.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace amorsize_bench {

/// 1, 16, 256, … up to half the items (a larger grain leaves one of two workers without work).
/// All of them if the number of items is not known.
[[nodiscard]] std::vector<std::size_t> grains_for(std::optional<std::size_t> items);

/// The grain with the shortest time, by the best try of each. Nothing if none ran.
[[nodiscard]] std::optional<std::size_t> best_grain(const std::vector<grain_trial>& trials);

}  // namespace amorsize_bench
