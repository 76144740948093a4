#include "runtime/insight/json.hpp"
#include "runtime/insight/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

/// Enough for every 64-bit integer and the shortest form of every double.
using number_buffer = std::array<char, 32>;

template <class Number>
void append_number(std::string& to, Number number) {
  number_buffer buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  to.append(buffer.data(), end.ptr);
}

void append_unicode_escape(std::string& to, char32_t code) {
  constexpr char hex_digits[] = "0123456789abcdef";
  to += "\\u";
  for (unsigned shift = 16; shift != 0;) {
    shift -= 4;
    to += hex_digits[(code >> shift) & 0xFU];
  }
}

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    const character next = first_character(text);
    if (next.code == replacement_code) {
      to += replacement_bytes;
    } else if (next.code == '"' || next.code == '\\') {
      to += '\\';
      to += static_cast<char>(next.code);
    } else if (is_control(next.code) || next.code == '<') {
      append_unicode_escape(to, next.code);
    } else {
      to += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  to += '"';
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string result;
  result.reserve(text.size() + 2);
  append_json_string(result, text);
  return result;
}

void json_writer::key(std::string_view name) {
  separate();
  append_json_string(text_, name);
  text_ += ':';
  needs_comma_ = false;
}

void json_writer::value(std::string_view text) {
  separate();
  append_json_string(text_, text);
}

void json_writer::value(double number) {
  separate();
  if (std::isfinite(number)) {
    append_number(text_, number);
  } else {
    text_ += "null";
  }
}

void json_writer::signed_value(std::int64_t number) {
  separate();
  append_number(text_, number);
}

void json_writer::unsigned_value(std::uint64_t number) {
  separate();
  append_number(text_, number);
}

void json_writer::open(char bracket) {
  separate();
  text_ += bracket;
  needs_comma_ = false;
}

void json_writer::close(char bracket) {
  text_ += bracket;
  needs_comma_ = true;
}

void json_writer::separate() {
  if (needs_comma_) {
    text_ += ',';
  }
  needs_comma_ = true;
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
