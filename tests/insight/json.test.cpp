#include "runtime/insight/json.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <random>
#include <string>

namespace {

using amorsize::insight::json_string;
using amorsize::insight::json_writer;
using nlohmann::json;

/// The text as another library repairs and reads it.
std::string as_repaired(const std::string& bytes) {
  const std::string dumped = json(bytes).dump(-1, ' ', false, json::error_handler_t::replace);
  return json::parse(dumped).get<std::string>();
}

/// Bytes that often come close to UTF-8: leads, continuations, edges of the valid ranges, markup.
std::string random_bytes(std::mt19937_64& random) {
  static constexpr char interesting[] =
      "\x00\x1f\"\\/"
      "<>&'\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe2\xed\xef\xf0\xf4\xf5\xff"
      "ab";
  std::string bytes(random() % 24, '\0');
  for (char& each : bytes) {
    each = random() % 2 == 0 ? interesting[random() % std::size(interesting)]
                             : static_cast<char>(random() % 256);
  }
  return bytes;
}

TEST_CASE("a JSON string reads back as its bytes with what is no UTF-8 replaced",
          "[insight][property]") {
  constexpr std::uint64_t seed = 7;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 100'000; ++round) {
    const std::string bytes = random_bytes(random);
    const std::string written = json_string(bytes);
    INFO(written);
    REQUIRE(json::parse(written).get<std::string>() == as_repaired(bytes));
    REQUIRE(written.find('<') == std::string::npos);
  }
}

TEST_CASE("every pair of bytes, alone and before two continuations, is written as valid JSON",
          "[insight][property]") {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string pair{static_cast<char>(first), static_cast<char>(second)};
      REQUIRE(json::parse(json_string(pair)).get<std::string>() == as_repaired(pair));
      const std::string four = pair + "\x80\xbf";
      REQUIRE(json::parse(json_string(four)).get<std::string>() == as_repaired(four));
    }
  }
}

TEST_CASE("a JSON string cannot end a script element", "[insight][unit]") {
  CHECK(json_string("</script>") == "\"\\u003c/script>\"");
  CHECK(json_string("<!--") == "\"\\u003c!--\"");
  CHECK(json_string("\xE2\x80\xA8") == "\"\\u2028\"");
  CHECK(json_string("a\"b\\c\n") == "\"a\\\"b\\\\c\\u000a\"");
}

TEST_CASE("numbers read back as they were, those that are not finite as null",
          "[insight][property]") {
  constexpr std::uint64_t seed = 11;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    const std::uint64_t bits = random();
    const auto number = std::bit_cast<double>(bits);
    json_writer writer;
    writer.begin_array();
    writer.value(number);
    writer.value(bits);
    writer.value(static_cast<std::int64_t>(bits));
    writer.end_array();
    const json read = json::parse(writer.take());
    if (std::isfinite(number)) {
      REQUIRE(read[0].get<double>() == number);
    } else {
      REQUIRE(read[0].is_null());
    }
    REQUIRE(read[1].get<std::uint64_t>() == bits);
    REQUIRE(read[2].get<std::int64_t>() == static_cast<std::int64_t>(bits));
  }
}

TEST_CASE("commas appear between values and nowhere else", "[insight][unit]") {
  json_writer writer;
  writer.begin_object();
  writer.key("empty");
  writer.begin_array();
  writer.end_array();
  writer.key("nested");
  writer.begin_array();
  writer.value(1);
  writer.begin_object();
  writer.member("a", 0.5);
  writer.member("b", std::string("x"));
  writer.end_object();
  writer.value(2);
  writer.end_array();
  writer.member("last", std::numeric_limits<double>::infinity());
  writer.end_object();
  CHECK(writer.take() == R"({"empty":[],"nested":[1,{"a":0.5,"b":"x"},2],"last":null})");
  CHECK(writer.take().empty());
}

}  // namespace
