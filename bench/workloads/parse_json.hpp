// Parsing lines of JSON, as a log is read: items of microseconds which allocate a lot and free it
// again.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct parse_json {
  struct item {
    /// The value of the order in this line.
    double operator()(const std::string& line) const;
  };

  explicit parse_json(std::size_t lines);

  [[nodiscard]] item op() const { return {}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<std::string> in;
  std::vector<double> out;
};

}  // namespace bench
