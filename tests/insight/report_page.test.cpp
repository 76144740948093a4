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
  value.outcome = text;
  value.limit = text;
  value.audit = text;
  value.worker_busy = {50ms, 49ms};
  value.timeline = {
      {.worker = 0, .when = 0ns, .duration = 52ms, .busy = 50ms, .chunks = 90, .items = 900},
      {.worker = 1, .when = 1ms, .duration = 51ms, .busy = 49ms, .chunks = 80, .items = 800}};
  value.items = 1'700;
  value.costs = {{.low_ns = 10.0, .high_ns = 20.0, .chunks = 170, .items = 1'700}};
  value.estimated_elapsed = 50ms;
  value.alternatives = {{1, 99e6, 1.0}, {2, 50e6, 1.98}};
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
  for (const char* forbidden :
       {"<script", "http:", "https:", "src=", "url(", "@import", "<style><"}) {
    INFO(forbidden);
    CHECK(page.find(forbidden) == std::string::npos);
  }
  for (std::size_t at = page.find("href="); at != std::string::npos;
       at = page.find("href=", at + 1)) {
    CHECK(page.compare(at, 7, "href=\"#") == 0);  // within the page
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

TEST_CASE("a page draws each worker, what items cost, and what was predicted", "[insight][unit]") {
  const std::string page = page_of(report_with("x"));
  for (const char* expected :
       {"<title>caller, 0 ns + 52 ms\n90 chunks, 900 items, 96 % busy</title>",
        "<title>worker 1, 1.00 ms + 51 ms\n",
        "<title>10 ns to 20 ns per item\n1,700 items in 170 chunks</title>",
        "<title>measured: 52 ms</title>",
        "<title>1 worker: 99 ms</title>",
        "<tr id=\"decision-1\">"}) {
    INFO(expected);
    CHECK(page.find(expected) != std::string::npos);
  }
}

TEST_CASE("a page of a wide and long map stays small, and says what it leaves out",
          "[insight][unit]") {
  amorsize::report value = report_with("wide");
  value.timeline.clear();
  for (std::size_t worker = 0; worker < 1024; ++worker) {
    value.worker_busy.push_back(1ms);
    for (int i = 0; i < 4; ++i) {
      value.timeline.push_back({.worker = worker,
                                .when = i * 10ms,
                                .duration = 9ms,
                                .busy = 9ms,
                                .chunks = 1'000,
                                .items = 1});
    }
  }
  value.items = 1'000'000;
  const std::string page = page_of(value);
  CHECK(page.size() < 2'000'000);
  CHECK(page.find("more workers are not drawn") != std::string::npos);
  CHECK(page.find("items are not shown") != std::string::npos);
}

}  // namespace
