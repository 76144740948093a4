#include "runtime/insight/step_chart.hpp"
#include "tests/support/catch.hpp"

#include <limits>
#include <string>

namespace {

using amorsize::insight::step_chart;
using amorsize::policy::nanoseconds;

TEST_CASE("a step chart goes right, then up, and ends at the end", "[insight][unit]") {
  const std::string svg =
      step_chart("n_jobs", {{nanoseconds{0}, 1}, {nanoseconds{50}, 2}}, nanoseconds{100});
  // x from 110 to 700, y from 144 (zero) to 14 (two).
  CHECK(svg.find("d=\"M110.0 79.0 H405.0 V14.0 H700.0\"") != std::string::npos);
  CHECK(svg.find("<title>50 ns: 2</title>") != std::string::npos);
  CHECK(svg.find("aria-label=\"n_jobs\"") != std::string::npos);
}

TEST_CASE("odd times and counts stay inside the chart", "[insight][unit]") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::string svg =
      step_chart("odd",
                 {{nanoseconds{-5}, 0},
                  {nanoseconds{infinity}, std::numeric_limits<std::size_t>::max()},
                  {nanoseconds{std::numeric_limits<double>::quiet_NaN()}, 3}},
                 nanoseconds{0});
  INFO(svg);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
  CHECK(svg.find("d=\"M110.0 144.0 H700.0 V14.0 H700.0 V144.0 H700.0\"") != std::string::npos);
  CHECK(svg.find("&gt;1000 d") != std::string::npos);
  CHECK(step_chart("empty", {}, nanoseconds{0}).find("<path") == std::string::npos);
}

}  // namespace
