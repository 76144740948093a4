// Compressing files with zlib: items of some hundred microseconds that differ in size, and results
// that allocate.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"
#include "workloads/text_blocks.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct compress {
  struct item {
    /// The text as one zlib stream.
    std::string operator()(const std::string& text) const;
  };

  explicit compress(std::size_t blocks)
      : in(text_blocks(blocks, std::size_t{4} << 10, std::size_t{64} << 10)), out(blocks) {}

  [[nodiscard]] item op() const { return {}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<std::string> in;
  std::vector<std::string> out;
};

}  // namespace bench
