// Prices of European options by Black and Scholes: a formula of logarithms and exponentials per
// item.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

struct black_scholes {
  struct call_option {
    double spot, strike, rate, volatility, years;
  };

  struct item {
    double operator()(const call_option& option) const;
  };

  explicit black_scholes(std::size_t options);

  [[nodiscard]] item op() const { return {}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<call_option> in;
  std::vector<double> out;
};

}  // namespace bench
