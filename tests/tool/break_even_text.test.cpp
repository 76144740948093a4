#include "runtime/tool/break_even_text.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace {

using namespace amorsize::insight;
using amorsize::policy::break_even;
using amorsize::policy::nanoseconds;

const std::vector<break_even> two_lines{
    {.cost = nanoseconds{1e3},
     .items = 150,
     .n_jobs = 2,
     .alone = nanoseconds{150e3},
     .shared = nanoseconds{120e3},
     .items_all = 4'000},
    {.cost = nanoseconds{10}},
};

TEST_CASE("the break-even curve is a table in columns", "[insight][unit]") {
  CHECK("\n" + break_even_table(two_lines) == R"(
worth sharing, with helpers that sleep
   one item  from items on   n_jobs       loop     shared  all CPUs from
    1.00 us            150        2     150 us     120 us          4,000
      10 ns          never        -          -          -          never
)");
}

TEST_CASE("the break-even curve is JSON", "[insight][unit]") {
  CHECK(nlohmann::json::parse(break_even_json(two_lines)) == nlohmann::json::parse(R"([
    {"cost_ns": 1000.0, "items": 150, "n_jobs": 2, "serial_ns": 150000.0, "parallel_ns": 120000.0,
     "items_all": 4000},
    {"cost_ns": 10.0, "items": 0, "n_jobs": 1, "serial_ns": 0.0, "parallel_ns": 0.0, "items_all": 0}
  ])"));
}

TEST_CASE("the break-even curve is drawn, and a curve without points too", "[insight][unit]") {
  const std::string svg = break_even_svg(two_lines, 8);
  CHECK(svg.rfind("<svg ", 0) == 0);
  CHECK(svg.find("</svg>") != std::string::npos);
  CHECK(svg.find("class=\"share\"") != std::string::npos);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
  const std::string none = break_even_svg({{.cost = nanoseconds{10}}}, 1);
  CHECK(none.find("polygon") == std::string::npos);
  CHECK(none.find("one CPU") != std::string::npos);
}

}  // namespace
