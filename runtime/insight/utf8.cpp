#include "runtime/insight/utf8.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

/// What the first byte says about the rest of a character.
struct lead {
  std::size_t length;         ///< bytes of the whole character; 0 = no character starts like this
  unsigned char second_low;   ///< range of the second byte; the others are 0x80 to 0xBF
  unsigned char second_high;  ///< narrower where longer forms or surrogates would be possible
};

lead lead_of(unsigned char byte) noexcept {
  if (byte < 0x80) {
    return {1, 0, 0};
  }
  if (byte < 0xC2 || byte > 0xF4) {
    return {0, 0, 0};
  }
  if (byte < 0xE0) {
    return {2, 0x80, 0xBF};
  }
  if (byte < 0xF0) {
    return {3,
            static_cast<unsigned char>(byte == 0xE0 ? 0xA0 : 0x80),
            static_cast<unsigned char>(byte == 0xED ? 0x9F : 0xBF)};
  }
  return {4,
          static_cast<unsigned char>(byte == 0xF0 ? 0x90 : 0x80),
          static_cast<unsigned char>(byte == 0xF4 ? 0x8F : 0xBF)};
}

/// From here on (Hangul, CJK, emoji) a character may take two columns. Counting a narrow one twice
/// only makes a line shorter than it could be.
constexpr char32_t first_wide_code = 0x1100;

std::size_t columns_of(char32_t code) noexcept {
  return code >= first_wide_code && code != replacement_code ? 2 : 1;
}

constexpr char hex_digits[] = "0123456789abcdef";

void append_escaped(std::string& to, char32_t code) {
  if (code == '\n') {
    to += "\\n";
    return;
  }
  if (code > 0xFF) {
    to += code == 0x2028 ? "\\u2028" : "\\u2029";
    return;
  }
  to += "\\x";
  to += hex_digits[(code >> 4U) & 0xFU];
  to += hex_digits[code & 0xFU];
}

}  // namespace

character first_character(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text.front());
  const lead start = lead_of(first);
  if (start.length == 0) {
    return {replacement_code, 1};
  }
  if (start.length == 1) {
    return {first, 1};
  }
  constexpr unsigned lead_bits[] = {0, 0, 0x1F, 0x0F, 0x07};  // by length
  char32_t code = first & lead_bits[start.length];
  for (std::size_t i = 1; i < start.length; ++i) {
    const auto low = i == 1 ? start.second_low : static_cast<unsigned char>(0x80);
    const auto high = i == 1 ? start.second_high : static_cast<unsigned char>(0xBF);
    const auto byte = i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    if (byte < low || byte > high) {
      return {replacement_code, i};
    }
    code = (code << 6U) | (byte & 0x3FU);
  }
  return {code, start.length};
}

bool is_control(char32_t code) noexcept {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

std::string printable_text(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const character next = first_character(text);
    if (next.code == replacement_code) {
      result += replacement_bytes;
    } else if (is_control(next.code)) {
      append_escaped(result, next.code);
    } else {
      result += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return result;
}

std::size_t column_count(std::string_view text) noexcept {
  std::size_t columns = 0;
  while (!text.empty()) {
    const character next = first_character(text);
    columns += columns_of(next.code);
    text.remove_prefix(next.length);
  }
  return columns;
}

std::string_view first_columns(std::string_view text, std::size_t columns) noexcept {
  std::size_t used = 0;
  std::size_t length = 0;
  while (length < text.size()) {
    const character next = first_character(text.substr(length));
    used += columns_of(next.code);
    if (used > columns) {
      break;
    }
    length += next.length;
  }
  return text.substr(0, length);
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
