// Rows of the Mandelbrot set: those in the middle cost many times what those at the rim cost.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace bench {

struct mandelbrot {
  static constexpr std::size_t width = 512;
  using row = std::array<std::uint16_t, width>;  ///< iterations of each pixel

  struct item {
    std::size_t rows;
    row operator()(std::size_t y) const;
  };

  explicit mandelbrot(std::size_t rows) : in(rows), out(rows) {
    std::iota(in.begin(), in.end(), std::size_t{0});
  }

  [[nodiscard]] item op() const { return {in.size()}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<std::size_t> in;
  std::vector<row> out;
};

}  // namespace bench
