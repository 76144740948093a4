// Who has which cache line: what each access of a worker to shared memory costs it. Three states,
// as in every coherence protocol: nobody's, read by some, written by one. Thread safety: belongs to
// its machine.
#pragma once

#include "tests/support/virtual_machine/machine_model.hpp"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace amorsize_tests {

/// Threads that can exist on a virtual machine: the caller and 1,024 helpers, with room to spare.
inline constexpr std::size_t most_threads = 2048;

class memory_model {
 public:
  explicit memory_model(const machine_model& costs) : costs_(costs) {}

  /// Until when an access that begins `now` lasts. O(1).
  [[nodiscard]] nanoseconds load(const void* at, std::size_t thread, nanoseconds now);
  [[nodiscard]] nanoseconds store(const void* at, std::size_t thread, nanoseconds now);
  [[nodiscard]] nanoseconds modify(const void* at, std::size_t thread, nanoseconds now);

 private:
  struct line {
    std::bitset<most_threads> held_by;
    std::size_t written_by = most_threads;  ///< most_threads: nobody, or several read it
    nanoseconds busy_until{0};              ///< the last read-modify-write of it
  };

  [[nodiscard]] line& line_of(const void* at);
  static void take(line& where, std::size_t thread) noexcept;

  const machine_model& costs_;
  std::unordered_map<std::uintptr_t, line> lines_;
};

}  // namespace amorsize_tests
