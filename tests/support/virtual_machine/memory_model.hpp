// Who has which cache line: what each access of a worker to shared memory costs it. Three states,
// as in every coherence protocol: nobody's, one's own, read by several. Thread safety: belongs to
// its machine.
#pragma once

#include "tests/support/virtual_machine/machine_model.hpp"

#include <array>
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
  /// Where a thread runs; 0 if nobody says so.
  void put_on_node(std::size_t thread, std::size_t node) { nodes_[thread] = node; }

 private:
  static constexpr std::size_t nobody = most_threads;
  static constexpr std::size_t several = most_threads + 1;
  struct line {
    std::size_t owner = nobody;
    std::size_t writer = nobody;          ///< who owned it last
    nanoseconds busy_until{0};            ///< the last read-modify-write of it
    std::bitset<most_threads> readers{};  ///< if the owner is `several`
  };
  struct known_line {
    std::uintptr_t number = 0;
    line* at = nullptr;
  };

  [[nodiscard]] line& line_of(const void* at);
  /// What a line that `from` wrote costs on top.
  [[nodiscard]] nanoseconds way(std::size_t from, std::size_t thread) const noexcept {
    return from < most_threads && nodes_[from] != nodes_[thread] ? costs_.between_nodes
                                                                 : nanoseconds{0};
  }

  const machine_model& costs_;
  std::array<std::size_t, most_threads> nodes_{};
  std::unordered_map<std::uintptr_t, line> lines_;
  std::array<known_line, 8192> found_before_{};  ///< by the last bits: saves nearly all look-ups
};

}  // namespace amorsize_tests
