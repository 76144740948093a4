// Results that allocate: every item is a string too long for the buffer inside std::string, and
// each assignment frees the last one. The allocator is shared.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace bench {

struct strings {
  struct item {
    std::string operator()(int number) const {
      std::string text = "a string of more than forty characters: ";
      text += std::to_string(number);
      return text;
    }
  };

  explicit strings(std::size_t items) : in(items), out(items) {
    std::iota(in.begin(), in.end(), 0);
  }

  [[nodiscard]] item op() const { return {}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<int> in;
  std::vector<std::string> out;
};

}  // namespace bench
