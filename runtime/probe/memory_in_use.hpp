// Memory this process has taken.
// Thread safety: thread-safe.
#pragma once

#include <amorsize/version.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

struct memory_use {
  std::uint64_t in_use = 0;  ///< bytes, resident
  std::uint64_t peak = 0;    ///< bytes; the most that ever was, at least in_use
};

/// Resident bytes, from the text of a /proc/self/statm; nullopt when there are none in it.
[[nodiscard]] std::optional<std::uint64_t> parse_resident(std::string_view text,
                                                          std::uint64_t page_bytes) noexcept;

/// Of this process, now.
///
/// Overhead: 8 us.
/// errno:    unchanged.
[[nodiscard]] std::optional<memory_use> probe_memory_in_use(std::string_view root = "/") noexcept;

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
