#include "runtime/insight/number_text.hpp"
#include "tests/support/catch.hpp"

#include <clocale>
#include <limits>
#include <locale>
#include <string>

namespace {

using amorsize::insight::count_text;
using amorsize::insight::duration_text;
using amorsize::insight::percent_text;
using amorsize::insight::rate_text;
using amorsize::insight::ratio_text;
using amorsize::insight::short_count_text;
using amorsize::policy::nanoseconds;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::string duration(double in_nanoseconds) {
  return duration_text(nanoseconds{in_nanoseconds});
}

TEST_CASE("a duration has three significant digits and the unit a person would choose",
          "[insight][unit]") {
  CHECK(duration(0) == "0 ns");
  CHECK(duration(0.001) == "<0.01 ns");
  CHECK(duration(0.35) == "0.35 ns");
  CHECK(duration(90) == "90 ns");
  CHECK(duration(12.34) == "12.3 ns");
  CHECK(duration(999.4) == "999 ns");
  CHECK(duration(999.6) == "1.00 us");
  CHECK(duration(1500) == "1.50 us");
  CHECK(duration(38e3) == "38 us");
  CHECK(duration(12.04e6) == "12 ms");
  CHECK(duration(12.06e6) == "12.1 ms");
  CHECK(duration(3.2e9) == "3.20 s");
  CHECK(duration(1e12) == "16.7 min");
  CHECK(duration(3600e9 * 24) == "24 h");
  CHECK(duration(1e18) == ">1000 d");
}

TEST_CASE("every double has a duration text", "[insight][unit]") {
  CHECK(duration(infinity) == ">1000 d");
  CHECK(duration(-infinity) == "->1000 d");
  CHECK(duration(not_a_number) == "unknown");
  CHECK(duration(-1500) == "-1.50 us");
  CHECK(duration(-0.0) == "0 ns");
  CHECK(duration(std::numeric_limits<double>::denorm_min()) == "<0.01 ns");
  CHECK(duration(std::numeric_limits<double>::max()) == ">1000 d");
}

TEST_CASE("a duration text never shows four digits", "[insight][property]") {
  double value = 0.006;
  while (value < 8e16) {
    const std::string text = duration(value);
    INFO(text);
    const std::string number = text.substr(0, text.find(' '));
    std::size_t digits = 0;
    for (const char each : number) {
      digits += each >= '0' && each <= '9' ? 1U : 0U;
    }
    REQUIRE(digits <= 3);
    REQUIRE(digits >= 2);
    value *= 1.000'37;
  }
}

TEST_CASE("counts have their thousands apart", "[insight][unit]") {
  CHECK(count_text(0) == "0");
  CHECK(count_text(999) == "999");
  CHECK(count_text(1000) == "1,000");
  CHECK(count_text(99'000) == "99,000");
  CHECK(count_text(1'234'567) == "1,234,567");
  CHECK(count_text(18'446'744'073'709'551'615U) == "18,446,744,073,709,551,615");
  CHECK(short_count_text(999'999'999) == "999,999,999");
  CHECK(short_count_text(1'000'000'000'000'000'000) == "1.00e+18");
}

TEST_CASE("ratios, rates and percentages have a text for every double", "[insight][unit]") {
  CHECK(ratio_text(0.8) == "0.80");
  CHECK(ratio_text(-1.974) == "-1.97");
  CHECK(ratio_text(38) == "38");
  CHECK(ratio_text(1.25e6) == "1.25e+06");
  CHECK(ratio_text(-infinity) == "-inf");
  CHECK(ratio_text(not_a_number) == "unknown");
  CHECK(rate_text(812) == "812 items/s");
  CHECK(rate_text(1.25e6) == "1.25 M items/s");
  CHECK(rate_text(1e15) == "1.00e+15 items/s");
  CHECK(rate_text(not_a_number) == "unknown");
  CHECK(percent_text(0.954) == "95 %");
  CHECK(percent_text(12.5) == "1250 %");
  CHECK(percent_text(1e18) == "1.00e+20 %");
  CHECK(percent_text(infinity) == "unknown");
}

TEST_CASE("numbers do not follow the locale", "[insight][unit]") {
  struct comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\1"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new comma));
  // NOLINTBEGIN(concurrency-mt-unsafe): no other thread runs here
  const char* const german = std::setlocale(LC_ALL, "de_DE.UTF-8");  // where it is installed
  const std::string with_comma = duration(1500) + count_text(12'345) + ratio_text(1.5);
  std::setlocale(LC_ALL, "C");
  // NOLINTEND(concurrency-mt-unsafe)
  std::locale::global(before);
  INFO((german == nullptr ? "no German locale here" : german));
  CHECK(with_comma == "1.50 us12,3451.50");
}

}  // namespace
