#include "runtime/insight/text_block.hpp"
#include "runtime/insight/utf8.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>

namespace {

using amorsize::insight::column_count;
using amorsize::insight::left_aligned;
using amorsize::insight::right_aligned;
using amorsize::insight::text_block;
using amorsize::insight::text_block_columns;

TEST_CASE("rows are aligned and wrapped below where the text began", "[insight][unit]") {
  text_block block("title");
  block.row("name", "text");
  block.row("", "more");
  block.row("long", std::string(80, 'a') + " " + std::string(10, 'b'), 2);
  CHECK(block.take() ==
        "title\n"
        "  name        text\n"
        "              more\n"
        "  long        " +
            std::string(80, 'a') +
            "\n"
            "                " +
            std::string(10, 'b') + "\n");
}

TEST_CASE("no text makes a line too long, loses characters or forges a row",
          "[insight][property]") {
  constexpr std::uint64_t seed = 3;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const std::string letters("ab  \n\t\x1b\xC3\xA9\xff", 10);
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 400, ' ');
    for (char& each : text) {
      each = letters[random() % letters.size()];
    }
    text_block block(text);
    block.row("name", text, random() % 200);
    const std::string built = block.take();
    INFO(built);
    std::istringstream lines(built);
    std::size_t at_the_margin = 0;
    std::string line;
    while (std::getline(lines, line)) {
      REQUIRE(column_count(line) <= text_block_columns);
      at_the_margin += line.starts_with("  name ") || line == "  name" ? 1U : 0U;
    }
    REQUIRE(at_the_margin == 1);
    const auto visible = [](std::string_view of) {
      return std::count(of.begin(), of.end(), 'a') + std::count(of.begin(), of.end(), 'b') +
             std::count(of.begin(), of.end(), '\\');
    };
    const std::size_t title_end = built.find('\n');
    REQUIRE(visible(std::string_view(built).substr(title_end)) ==
            visible(amorsize::insight::printable_text(text)) + 1);  // the a of "name"
  }
}

TEST_CASE("alignment counts columns and never cuts", "[insight][unit]") {
  CHECK(right_aligned("\xC3\xA9", 3) == "  \xC3\xA9");
  CHECK(left_aligned("ab", 4) == "ab  ");
  CHECK(right_aligned("abcdef", 3) == "abcdef");
}

}  // namespace
