// How the cost of the items may change along the input. Each shape has the same number of items
// and, within rounding, the same total cost; only the order and the spread differ.
// Thread safety: thread-safe, no state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bench {

enum class shape {
  uniform,
  rising,
  falling,
  bimodal,
  pareto,
  giant_at_end,
  step_up,
  step_down,
  first_dear,
  drifting,
};

struct named_shape {
  std::string_view name;
  shape value;
};

inline constexpr std::array<named_shape, 10> all_shapes = {{
    {"uniform", shape::uniform},
    {"rising", shape::rising},
    {"falling", shape::falling},
    {"bimodal", shape::bimodal},
    {"pareto", shape::pareto},
    {"giant_at_end", shape::giant_at_end},
    {"step_up", shape::step_up},
    {"step_down", shape::step_down},
    {"first_dear", shape::first_dear},
    {"drifting", shape::drifting},
}};

inline constexpr std::size_t shape_items = 8192;
inline constexpr double shape_mean_ns = 1000.0;  // per item: 8 ms a map

/// The steps (hash_items.hpp) of shape_items items.
[[nodiscard]] std::vector<std::uint32_t> steps_of(shape which);

}  // namespace bench
