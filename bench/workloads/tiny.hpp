// Items of about a nanosecond, so few that no thread can help: what a call costs.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

struct tiny {
  struct item {
    double operator()(double x) const { return x * 2.0 + 1.0; }
  };

  explicit tiny(std::size_t items) : in(items), out(items) {
    for (std::size_t i = 0; i < items; ++i) {
      in[i] = static_cast<double>(i % 1000);
    }
  }

  [[nodiscard]] item op() const { return {}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<double> in;
  std::vector<double> out;
};

}  // namespace bench
