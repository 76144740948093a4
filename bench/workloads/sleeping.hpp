// Items that wait instead of working, as for a disk or a server.
// Thread safety: its op is thread-safe.
#pragma once

#include "support/checksum.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <thread>
#include <vector>

namespace bench {

struct sleeping {
  struct item {
    std::chrono::microseconds time;
    int operator()(int number) const {
      std::this_thread::sleep_for(time);
      return number + 1;
    }
  };

  sleeping(std::size_t items, std::chrono::microseconds each) : in(items), out(items), each_(each) {
    std::iota(in.begin(), in.end(), 0);
  }

  [[nodiscard]] item op() const { return {each_}; }
  [[nodiscard]] std::uint64_t take_checksum() const { return checksum_of(out); }

  std::vector<int> in;
  std::vector<int> out;

 private:
  std::chrono::microseconds each_;
};

}  // namespace bench
