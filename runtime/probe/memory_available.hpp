// Memory this process could still take.
// Thread safety: thread-safe.
#pragma once

#include <amorsize/version.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// Bytes, from the MemAvailable line of a /proc/meminfo; nullopt when there is none.
[[nodiscard]] std::optional<std::uint64_t> parse_memory_available(std::string_view text) noexcept;

/// The smaller of MemAvailable and what the tightest control group has left, in bytes.
///
/// Overhead: as probe_cgroup_limits, and 10 us for /proc/meminfo.
[[nodiscard]] std::optional<std::uint64_t> probe_memory_available(std::string_view root) noexcept;

/// The same of this machine.
///
/// Overhead: as current_memory_left, and 10 us for /proc/meminfo; allocates only when that does.
[[nodiscard]] std::optional<std::uint64_t> current_memory_available() noexcept;

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
