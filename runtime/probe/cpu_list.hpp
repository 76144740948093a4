// The kernel's notation for sets of CPUs: "0-3,8,10-11".
// Thread safety: immutable; pure functions of their arguments.
#pragma once

#include <amorsize/version.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// CPU numbers from here on are refused: no kernel has as many, and a hostile text must not make us
/// allocate.
inline constexpr std::size_t most_cpus = 65536;

/// The CPUs named by `text`, ascending and without duplicates. Blank text is the empty set.
///
/// Returns:    nullopt for anything that is not a CPU list (white space at the ends is ignored).
/// Complexity: linear in the text and in most_cpus at most.
[[nodiscard]] std::optional<std::vector<std::size_t>> parse_cpu_list(
    std::string_view text) noexcept;

/// How many different CPUs `text` names; nullopt as parse_cpu_list.
[[nodiscard]] std::optional<std::size_t> count_cpu_list(std::string_view text) noexcept;

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
