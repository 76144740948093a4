#include "tests/support/catch.hpp"

#include <amorsize/report.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <iomanip>
#include <iterator>
#include <random>
#include <sstream>
#include <string>

namespace {

using namespace std::chrono_literals;

std::string page_of(const amorsize::report& value) {
  std::ostringstream out;
  out << std::hex << std::setw(50);
  write_page(out, value);
  return out.str();
}

amorsize::report report_with(const std::string& text) {
  amorsize::report value;
  value.n_jobs = 2;
  value.elapsed = 52ms;
  value.label = text;
  value.reason = text;
  value.backend = text;
  value.warnings = {text};
  value.revisions = {{0ns, 1, 1, text}, {120us, 2, 40, text}};
  return value;
}

/// All markup of a page: what stands between < and >, in order.
std::string tags_of(const std::string& page) {
  std::string tags;
  bool inside = false;
  for (const char each : page) {
    inside = inside || each == '<';
    if (inside) {
      tags += each;
    }
    inside = inside && each != '>';
  }
  return tags;
}

TEST_CASE("a page shows the report, its decisions and a chart", "[insight][unit]") {
  const std::string page = page_of(report_with("the label"));
  CHECK(page.starts_with("<!DOCTYPE html>\n"));
  CHECK(page.find("<title>amorsize report: the label</title>") != std::string::npos);
  CHECK(page.find("<td class=\"number\">120 us</td><td class=\"number\">2</td>") !=
        std::string::npos);
  CHECK(page.find("<svg ") != std::string::npos);
  CHECK(page.find("prefers-color-scheme: dark") != std::string::npos);
}

TEST_CASE("a page shows markup in a text as text", "[insight][unit]") {
  const std::string page = page_of(report_with("it's <b> & \"c\""));
  CHECK(page.find("<td>it&#39;s &lt;b&gt; &amp; &quot;c&quot;</td>") != std::string::npos);
}

TEST_CASE("a page needs neither scripts nor the network", "[insight][unit]") {
  const std::string page = page_of(report_with("x"));
  for (const char* forbidden : {"<script", "http:", "https:", "src=", "href=", "url(", "@import"}) {
    INFO(forbidden);
    CHECK(page.find(forbidden) == std::string::npos);
  }
}

TEST_CASE("no text changes the markup of a page or its being UTF-8", "[insight][property]") {
  const std::string expected = tags_of(page_of(report_with("plain")));
  const std::string pieces[] = {"</script>",
                                "<script>alert(1)</script>",
                                "\"",
                                "'",
                                "&",
                                "<!--",
                                "-->",
                                "</pre>",
                                "</title>",
                                "\xff",
                                "\xC3",
                                "\x1b",
                                "\n",
                                std::string(1, '\0'),
                                "<",
                                ">",
                                "]]>",
                                " onload=",
                                "\xE2\x80\xA8"};
  constexpr std::uint64_t seed = 5;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 2000; ++round) {
    std::string text = "x";
    for (std::size_t i = random() % 8; i > 0; --i) {
      text += random() % 4 == 0 ? std::string(1, static_cast<char>(random() % 256))
                                : pieces[random() % std::size(pieces)];
    }
    INFO(text);
    const std::string page = page_of(report_with(text));
    REQUIRE(tags_of(page) == expected);
    REQUIRE_NOTHROW(nlohmann::json(page).dump());  // throws for what is no UTF-8
    REQUIRE(page.find('\0') == std::string::npos);
  }
}

TEST_CASE("an empty report has a page", "[insight][unit]") {
  const std::string page = page_of({});
  CHECK(page.find("<title>amorsize report</title>") != std::string::npos);
  CHECK(page.find("<svg") == std::string::npos);
}

}  // namespace
