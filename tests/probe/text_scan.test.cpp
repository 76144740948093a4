#include "runtime/probe/text_scan.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>

using amorsize::probe::parse_whole_number;
using amorsize::probe::take_until;
using amorsize::probe::trim;

TEST_CASE("trim takes white space from both ends only", "[probe][unit]") {
  CHECK(trim(" \t a b \r\n") == "a b");
  CHECK(trim("").empty());
  CHECK(trim(" \n").empty());
}

TEST_CASE("take_until gives one part more than there are separators", "[probe][unit]") {
  std::string_view rest = "a,,b";
  CHECK(take_until(rest, ',') == "a");
  CHECK(take_until(rest, ',').empty());
  CHECK(take_until(rest, ',') == "b");
  CHECK(rest.empty());
  CHECK(take_until(rest, ',').empty());
}

TEST_CASE("only digits that fit are a whole number", "[probe][unit]") {
  CHECK(parse_whole_number("0") == 0U);
  CHECK(parse_whole_number("0018") == 18U);
  CHECK(parse_whole_number("18446744073709551615") == UINT64_MAX);
  for (const char* text :
       {"", " 1", "1 ", "-1", "+1", "1.0", "1e3", "0x1", "max", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_whole_number(text).has_value());
  }
}
