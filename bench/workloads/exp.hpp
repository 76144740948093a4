// std::exp of each item: the function of the textbooks, a few nanoseconds an item.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

struct exponentials {
  struct item {
    double operator()(double x) const { return std::exp(x); }
  };

  explicit exponentials(std::size_t items) : in(items), out(items) {
    for (std::size_t i = 0; i < items; ++i) {
      in[i] = static_cast<double>(i % 1024) / 1024.0 - 0.5;
    }
  }

  [[nodiscard]] item op() const { return {}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<double> in;
  std::vector<double> out;
};

}  // namespace bench
