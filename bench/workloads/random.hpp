// Pseudo-random inputs that are the same on every machine and with every standard library, which
// std::uniform_int_distribution and its like are not.
// Thread safety: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

/// One step of splitmix64 (Steele, Lea, Flood 2014): a bijection that mixes well.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

class random_numbers {
 public:
  explicit constexpr random_numbers(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] constexpr std::uint64_t next() { return mix(state_++); }

  /// In [0, 1).
  [[nodiscard]] constexpr double fraction() {
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
  }

  /// In [0, end). The bias of the remainder does not matter here.
  [[nodiscard]] constexpr std::size_t below(std::size_t end) { return next() % end; }

 private:
  std::uint64_t state_;
};

}  // namespace bench
