// Reads bytes somebody else chose (labels, reasons, file names) as UTF-8, whatever they are.
// Thread safety: thread-safe; pure functions.
#pragma once

#include <amorsize/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// What stands for bytes that are no character.
inline constexpr char32_t replacement_code = 0xFFFD;
inline constexpr std::string_view replacement_bytes = "\xEF\xBF\xBD";

/// The beginning of a text: one character, or the longest start of one that came to nothing.
struct character {
  char32_t code;       ///< replacement_code when the bytes are ill-formed
  std::size_t length;  ///< bytes taken; at least 1
};

/// Preconditions: text is not empty.
/// Source:        The Unicode Standard, table 3-7 and "substitution of maximal subparts".
[[nodiscard]] character first_character(std::string_view text) noexcept;

/// A control character, C1 and the line separators U+2028 and U+2029 included.
[[nodiscard]] bool is_control(char32_t code) noexcept;

/// The text as it is safe to send to a terminal: control characters as \x1b, \n, \u2028; ill-formed
/// bytes as U+FFFD.
[[nodiscard]] std::string printable_text(std::string_view text);

/// Columns a printable text takes on a terminal; characters that may be wide count twice.
[[nodiscard]] std::size_t column_count(std::string_view text) noexcept;

/// The longest beginning of a printable text that takes at most so many columns.
[[nodiscard]] std::string_view first_columns(std::string_view text, std::size_t columns) noexcept;

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
