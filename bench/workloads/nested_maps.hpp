// A map whose items map, by the same implementation.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"
#include "workloads/hash_items.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace bench {

template <class Implementation>
struct nested_maps {
  /// What an outer item works on. Outer item k has inner_out[k * inner_in.size()] and following.
  struct data {
    std::vector<std::uint32_t> inner_in;
    std::vector<std::uint64_t> inner_out;

    [[nodiscard]] std::uint64_t* results_of(std::size_t outer) {
      return inner_out.data() + outer * inner_in.size();
    }
    [[nodiscard]] std::uint64_t sum_of(std::size_t outer) {
      const std::uint64_t* const begin = results_of(outer);
      return std::accumulate(begin, begin + inner_in.size(), std::uint64_t{outer});
    }
  };

  struct item {
    data* shared;
    std::uint64_t operator()(std::size_t outer) const {
      Implementation::map(shared->inner_in.data(),
                          shared->inner_in.size(),
                          shared->results_of(outer),
                          hash_items::item{});
      return shared->sum_of(outer);
    }
  };

  struct serial_item {
    data* shared;
    std::uint64_t operator()(std::size_t outer) const {
      std::transform(shared->inner_in.begin(),
                     shared->inner_in.end(),
                     shared->results_of(outer),
                     hash_items::item{});
      return shared->sum_of(outer);
    }
  };

  nested_maps(std::size_t outer, std::size_t inner, double inner_ns)
      : in(outer),
        out(outer),
        data_{.inner_in = std::vector<std::uint32_t>(inner, steps_for(inner_ns)),
              .inner_out = std::vector<std::uint64_t>(outer * inner)} {
    std::iota(in.begin(), in.end(), std::size_t{0});
  }

  [[nodiscard]] item op() { return {&data_}; }
  [[nodiscard]] serial_item serial_op() { return {&data_}; }
  [[nodiscard]] std::uint64_t take_checksum() {
    const std::uint64_t sum = checksum_of(out) + checksum_of(data_.inner_out);
    std::fill(data_.inner_out.begin(), data_.inner_out.end(), 0);
    return sum;
  }

  std::vector<std::size_t> in;
  std::vector<std::uint64_t> out;

 private:
  data data_;
};

}  // namespace bench
