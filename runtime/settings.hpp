// What one map was asked to do: its options and the environment, checked and made into one value.
// The only place where an option is refused.
// Thread safety: settings is a plain value; the functions are thread-safe.
#pragma once

#include "runtime/policy/units.hpp"

#include <amorsize/options.hpp>
#include <amorsize/version.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

namespace probe {
struct environment;
}  // namespace probe

/// The wishes in force; 0 = "you decide". Never 0 < max_jobs < n_jobs.
struct settings {
  std::size_t n_jobs = 0;               ///< exactly so many workers, the caller included
  std::size_t max_jobs = 0;             ///< at most so many
  std::size_t chunksize = 0;            ///< items
  std::size_t sample_size = 0;          ///< items optimize() may run
  policy::nanoseconds target_chunk{0};  ///< how long a chunk should take
  const options* how = nullptr;         ///< where all this came from; not owned
  bool verbose = false;                 ///< by option or environment
  bool paged = false;                   ///< the environment asks for a page about the last report
  bool traced = false;                  ///< the environment asks for a trace

  /// Does anybody want to read a report about this map?
  [[nodiscard]] bool reported() const noexcept {
    return verbose || paged || (how != nullptr && how->report != nullptr);
  }
  /// Does anybody want to know about its chunks?
  [[nodiscard]] bool recorded() const noexcept { return traced || reported(); }
};

/// A value set in code wins over the environment; AMORSIZE_MAX_JOBS caps both. Pure.
///
/// Throws: bad_option, naming the option, its value and what is accepted.
[[nodiscard]] settings combine_settings(const options* how, const probe::environment& from);

namespace detail {

enum class environment_state : std::uint8_t { unread, silent, speaking };

/// Written by whoever reads the environment first, always with the same value; read by every map.
/// Relaxed: nothing else is published through it.
extern std::atomic<environment_state> environment_heard;

[[nodiscard]] settings resolve_settings_slowly(const options* how);

}  // namespace detail

/// combine_settings() with the environment of this process. The first call reads the environment
/// and arranges for the files it asks for.
///
/// Overhead: without options, in a process without AMORSIZE_* variables, one relaxed load.
[[nodiscard]] inline settings resolve_settings(const options* how) {
  if (how == nullptr && detail::environment_heard.load(std::memory_order_relaxed) ==
                            detail::environment_state::silent) [[likely]] {
    return {};
  }
  return detail::resolve_settings_slowly(how);
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
