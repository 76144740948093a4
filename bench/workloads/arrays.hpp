// y = a x + b over arrays that fit a cache, or do not: in the end memory decides, not the CPUs.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

struct arrays {
  struct item {
    double a;
    double b;
    double operator()(double x) const { return a * x + b; }
  };

  /// Input and output take 16 bytes per item together.
  explicit arrays(std::size_t doubles) : in(doubles), out(doubles) {
    for (std::size_t i = 0; i < doubles; ++i) {
      in[i] = static_cast<double>(i & 0xffff);
    }
  }

  [[nodiscard]] item op() const { return {.a = 3.0, .b = 0.5}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<double> in;
  std::vector<double> out;
};

}  // namespace bench
