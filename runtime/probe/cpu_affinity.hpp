// The CPUs on which the calling thread may run.
// Thread safety: cpu_set is a plain value; read_cpu_affinity is thread-safe.
#pragma once

#include "runtime/probe/cpu_list.hpp"

#include <amorsize/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// A set of CPUs by the system's numbers. Lives on the stack: reading it must not allocate.
struct cpu_set {
  static constexpr std::size_t bits_per_word = 64;
  static constexpr std::size_t most_words = most_cpus / bits_per_word;

  std::array<std::uint64_t, most_words> words;  ///< only the first used_words are defined
  std::size_t used_words = 0;

  cpu_set() noexcept {}  // NOLINT(modernize-use-equals-default): leaves 8 KiB uninitialised

  [[nodiscard]] std::size_t count() const noexcept;
  [[nodiscard]] bool contains(std::size_t cpu) const noexcept;
  void insert(std::size_t cpu) noexcept;  ///< numbers from most_cpus on are left out
};

/// A thread of this process that is alive; 0 is the calling one.
using thread_handle = unsigned long;
[[nodiscard]] thread_handle this_thread() noexcept;

/// Fills `mask` with the affinity mask of a thread of this process.
///
/// Returns:  false when the system will not tell; mask is then empty.
/// Overhead: one system call, 0.3 us.
/// errno:    unchanged.
[[nodiscard]] bool read_cpu_affinity(cpu_set& mask, thread_handle of = 0) noexcept;

/// CPUs the system has online; at least 1. For when the mask cannot be read.
[[nodiscard]] std::size_t online_cpus() noexcept;

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
