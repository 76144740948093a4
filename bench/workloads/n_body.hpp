// One step of a gravity simulation: the force on each body from all the others.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

struct n_body {
  struct vector3 {
    double x, y, z;
  };
  struct body {
    vector3 place;
    double mass;
  };

  struct item {
    const std::vector<body>* bodies;
    vector3 operator()(const body& one) const;
  };

  explicit n_body(std::size_t bodies);

  [[nodiscard]] item op() const { return {&in}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<body> in;
  std::vector<vector3> out;  ///< acceleration
};

}  // namespace bench
