// A 3 x 3 blur of a grey image, row by row: microseconds an item, all alike, neighbours in memory.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

struct image_filter {
  static constexpr std::size_t width = 1024;
  using row = std::array<std::uint8_t, width>;

  struct item {
    const std::vector<row>* image;
    row operator()(std::size_t y) const;
  };

  explicit image_filter(std::size_t rows);

  [[nodiscard]] item op() const { return {&image}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<row> image;
  std::vector<std::size_t> in;  ///< the row to compute
  std::vector<row> out;
};

}  // namespace bench
