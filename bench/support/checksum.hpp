// Checksums of results: whether every implementation computed what the serial loop computes. Not a
// hash to be proud of; it only has to notice an item that is missing, swapped or wrong.
// Thread safety: thread-safe, no state.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

namespace bench {

inline constexpr std::uint64_t checksum_seed = 0xcbf29ce484222325;  // FNV-1a's offset and prime
inline constexpr std::uint64_t checksum_prime = 0x100000001b3;

/// FNV-1a by eight bytes at a time. O(size).
[[nodiscard]] inline std::uint64_t checksum_bytes(const void* data,
                                                  std::size_t size,
                                                  std::uint64_t sum = checksum_seed) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (; size >= sizeof(std::uint64_t); size -= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    sum = (sum ^ word) * checksum_prime;
    bytes += sizeof(word);
  }
  for (; size > 0; --size) {
    sum = (sum ^ *bytes++) * checksum_prime;
  }
  return sum ^ (sum >> 29);
}

/// Results without padding and without pointers.
template <class T>
[[nodiscard]] std::uint64_t checksum_of(
    const std::vector<T>& results) requires std::is_trivially_copyable_v<T> {
  return checksum_bytes(results.data(), results.size() * sizeof(T));
}

[[nodiscard]] inline std::uint64_t checksum_of(const std::vector<std::string>& results) {
  std::uint64_t sum = checksum_seed;
  for (const std::string& result : results) {
    sum = checksum_bytes(result.data(), result.size(), sum);
  }
  return sum;
}

}  // namespace bench
