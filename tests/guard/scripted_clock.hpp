// The library's clock, replaced: time passes only where a program of the guard says so, and every
// reading is counted. What is decided from times is then the same in every run, also under
// valgrind. Thread safety: thread-safe.
#pragma once

#include <cstdint>

namespace amorsize_tests {

/// A reading takes so long: what a counter and a multiplication cost.
inline constexpr std::int64_t reading_ns = 20;

/// Lets time pass. Exported, as the callables of the programs are not in the library.
[[gnu::visibility("default")]] void pass_ns(std::int64_t ns) noexcept;

/// Readings of the library's clock so far, by all threads.
[[nodiscard, gnu::visibility("default")]] std::uint64_t clock_readings() noexcept;

}  // namespace amorsize_tests
