// The executor's atomics, counting. Compiled into the production sources through AMORSIZE_ATOMICS
// (runtime/executor/atomic_policy.hpp).
// Thread safety: one thread at a time.
#pragma once

#include <amorsize/version.hpp>

#include <cstdint>
#include <type_traits>

namespace amorsize_tests {

struct atomic_counts {
  std::uint64_t claims = 0;         ///< attempts to change a range word: by its owner or a thief
  std::uint64_t modifications = 0;  ///< read-modify-writes, the claims included
  std::uint64_t sleeps = 0;         ///< waits that would block
};

inline constinit atomic_counts counted_atomics{};

inline void charge_load(const void*) noexcept {}
inline void charge_store(const void*) noexcept {}
inline void charge_modify(const void*) noexcept {
  ++counted_atomics.modifications;
}
inline void charge_pause() noexcept {}
template <class T>
void note_exchange() noexcept {
  if constexpr (std::is_same_v<T, std::uint64_t>) {
    ++counted_atomics.claims;  // nothing else does it to such a word
  }
}
/// Nobody else runs who could change it: counted, and taken for a spurious return.
inline bool wait_on(const void*) noexcept {
  ++counted_atomics.sleeps;
  return false;
}
inline void notify_all(const void*) noexcept {}

}  // namespace amorsize_tests

#include "tests/support/replaced_atomics.hpp"
