// Hashing files that are in memory: as fast as memory can be read, and the sizes differ by 256.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"
#include "workloads/text_blocks.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct hash_files {
  struct item {
    std::uint64_t operator()(const std::string& content) const;
  };

  explicit hash_files(std::size_t files)
      : in(text_blocks(files, std::size_t{1} << 10, std::size_t{256} << 10)), out(files) {}

  [[nodiscard]] item op() const { return {}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<std::string> in;
  std::vector<std::uint64_t> out;
};

}  // namespace bench
