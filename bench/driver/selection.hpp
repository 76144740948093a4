// Which cells and variants are measured, and what is left out: leaving out rivals flatters, so it
// is told. Thread safety: thread-safe; pure functions of plain values.
#pragma once

#include "bench/driver/campaign.hpp"
#include "bench/driver/options.hpp"

#include <string>
#include <vector>

namespace amorsize_bench {

/// At most so many cells in --quick.
inline constexpr std::size_t quick_cells = 20;

struct selection {
  std::vector<std::string> cells = {};
  std::vector<variant> variants = {};
  std::vector<std::string> cells_left_out = {};
  std::vector<std::string> variants_left_out = {};
};

[[nodiscard]] selection select(const stock& of, const options& how);

}  // namespace amorsize_bench
