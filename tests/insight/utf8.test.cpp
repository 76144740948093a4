#include "runtime/insight/utf8.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace {

using amorsize::insight::column_count;
using amorsize::insight::first_character;
using amorsize::insight::first_columns;
using amorsize::insight::is_control;
using amorsize::insight::printable_text;
using amorsize::insight::replacement_code;

/// The code as UTF-8, by the definition of the encoding.
std::string encoded(char32_t code) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) {
    return {static_cast<char>(code)};
  }
  if (code < 0x800) {
    return {static_cast<char>(0xC0U | (code >> 6U)), tail(0)};
  }
  if (code < 0x10000) {
    return {static_cast<char>(0xE0U | (code >> 12U)), tail(6), tail(0)};
  }
  return {static_cast<char>(0xF0U | (code >> 18U)), tail(12), tail(6), tail(0)};
}

TEST_CASE("every character is read as itself, surrogates and what lies above are not characters",
          "[insight][property]") {
  for (char32_t code = 0; code < 0x140000; ++code) {
    const std::string bytes = encoded(code) + "x";
    const auto read = first_character(bytes);
    const bool valid = code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    if (read.code != (valid ? code : replacement_code) ||
        read.length != (valid ? bytes.size() - 1 : 1)) {
      FAIL("code " << static_cast<unsigned long>(code));
    }
  }
}

TEST_CASE("a character cut short takes the bytes that could have begun one", "[insight][unit]") {
  CHECK(first_character("\xE2\x82").length == 2);
  CHECK(first_character("\xE2\x82").code == replacement_code);
  CHECK(first_character("\xF0\x9F\x98x").length == 3);
  CHECK(first_character("\xC0\x80").length == 1);
  CHECK(first_character("\xE0\x80\x80").length == 1);
}

TEST_CASE("printable text sends no command to the terminal", "[insight][unit]") {
  CHECK(printable_text("plain \xC3\xA9") == "plain \xC3\xA9");
  CHECK(printable_text("\x1b[2J\r\n") == "\\x1b[2J\\x0d\\n");
  CHECK(printable_text("\xC2\x9B") == "\\x9b");
  CHECK(printable_text("\xE2\x80\xA8") == "\\u2028");
  CHECK(printable_text("\xff") == "\xEF\xBF\xBD");
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string pair{static_cast<char>(first), static_cast<char>(second)};
      const std::string text = printable_text(pair);
      for (std::string_view rest = text; !rest.empty();) {
        const auto next = first_character(rest);
        if (is_control(next.code)) {
          FAIL(first << " " << second);
        }
        rest.remove_prefix(next.length);
      }
    }
  }
}

TEST_CASE("columns count characters, wide ones twice, and never split one", "[insight][unit]") {
  CHECK(column_count("") == 0);
  CHECK(column_count("h\xC3\xA9") == 2);
  CHECK(column_count("\xE6\xBC\xA2\xE5\xAD\x97") == 4);
  CHECK(first_columns("h\xC3\xA9llo", 2) == "h\xC3\xA9");
  CHECK(first_columns("\xE6\xBC\xA2\xE5\xAD\x97", 3) == "\xE6\xBC\xA2");
  CHECK(first_columns("abc", 0).empty());
  CHECK(first_columns("abc", 10) == "abc");
}

}  // namespace
