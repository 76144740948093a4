// Taking small texts apart: lines, words, whole numbers. Total: every input has a defined result.
// Thread safety: pure functions.
#pragma once

#include <amorsize/version.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

inline constexpr std::string_view blanks = " \t\r\n";

/// Without the white space at both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Cuts off and returns what comes before the next `separator`, or all of `rest`. A text with n
/// separators has n + 1 parts.
constexpr std::string_view take_until(std::string_view& rest, char separator) noexcept {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return part;
}

/// A number in decimal digits and nothing else; nullopt for signs, blanks and what does not fit.
[[nodiscard]] inline std::optional<std::uint64_t> parse_whole_number(
    std::string_view text) noexcept {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
