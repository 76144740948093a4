#include "runtime/insight/step_chart.hpp"
#include "tests/support/catch.hpp"

#include <limits>
#include <string>

namespace {

using amorsize::insight::step_chart;
using amorsize::policy::nanoseconds;

TEST_CASE("a step chart goes right, then up, and ends at the end", "[insight][unit]") {
  const std::string svg = step_chart("n_jobs over time",
                                     "workers",
                                     {{nanoseconds{0}, 1, "alone"}, {nanoseconds{50}, 2, "a <b>"}},
                                     nanoseconds{100});
  // x from 96 to 736, y from 130 (zero) to 14 (a little above two).
  CHECK(svg.find("d=\"M96.0 74.8 H416.0 V19.5 H736.0\"") != std::string::npos);
  CHECK(svg.find("<title>50 ns: 2\na &lt;b&gt;</title>") != std::string::npos);
  CHECK(svg.find("href=\"#decision-1\"") != std::string::npos);
  CHECK(svg.find("aria-label=\"n_jobs over time\"") != std::string::npos);
  CHECK(svg.find(">workers</text>") != std::string::npos);
  CHECK(svg.find(">time since the map began</text>") != std::string::npos);
}

TEST_CASE("numbers far apart are drawn on a logarithmic axis, and it says so", "[insight][unit]") {
  const std::string svg =
      step_chart("c", "items", {{nanoseconds{0}, 1'000'000}, {nanoseconds{5}, 40}}, nanoseconds{9});
  CHECK(svg.find(">items (log)</text>") != std::string::npos);
}

TEST_CASE("odd times and counts stay inside the chart", "[insight][unit]") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::string svg =
      step_chart("odd",
                 "count",
                 {{nanoseconds{-5}, 0},
                  {nanoseconds{infinity}, std::numeric_limits<std::size_t>::max()},
                  {nanoseconds{std::numeric_limits<double>::quiet_NaN()}, 3}},
                 nanoseconds{0});
  INFO(svg);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
  CHECK(svg.find("&gt;1000 d") != std::string::npos);
  const std::size_t line = svg.find("class=\"line\"");
  REQUIRE(line != std::string::npos);
  CHECK(svg.substr(line, 40).find("M96.0 130.0 H736.0 V") != std::string::npos);
  CHECK(step_chart("empty", "count", {}, nanoseconds{0}).find("<path") == std::string::npos);
}

}  // namespace
