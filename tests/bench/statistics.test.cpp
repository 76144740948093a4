#include "bench/driver/cpu_use.hpp"
#include "bench/driver/number_text.hpp"
#include "bench/driver/statistics.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>

using namespace amorsize_bench;
using amorsize_test::Approx;

TEST_CASE("a median of an even number of values lies between the middle two", "[bench][unit]") {
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 2, 3}) == 2.5);
  CHECK(median({7}) == 7);
  CHECK(std::isnan(median({})));
}

TEST_CASE("quantiles are interpolated and stay within the values", "[bench][unit]") {
  CHECK(quantile({0, 10, 20, 30, 40}, 0.25) == 10);
  CHECK(quantile({0, 10}, 0.3) == Approx(3));
  CHECK(quantile({5, 1}, -1) == 1);
  CHECK(quantile({5, 1}, 2) == 5);
  const interval middle = middle_90_percent({0, 10, 20});
  CHECK(middle.low == Approx(1));
  CHECK(middle.high == Approx(19));
}

TEST_CASE("the spread is the interquartile range in medians, and one outlier does not count",
          "[bench][unit]") {
  CHECK(relative_spread({90, 95, 100, 105, 110}) == Approx(0.1));
  CHECK(relative_spread({90, 95, 100, 105, 1e9}) == Approx(0.1));
  CHECK(relative_spread({100, 100}) == 0);
}

TEST_CASE("twice as fast here and half as fast there is a geometric mean of one", "[bench][unit]") {
  CHECK(geometric_mean({2, 0.5}) == Approx(1));
  CHECK(geometric_mean({8, 1, 1}) == Approx(2));
  CHECK(std::isnan(geometric_mean({})));
}

TEST_CASE("numbers are printed with three digits, and what is none as a dash", "[bench][unit]") {
  CHECK(time_text(8.125) == "8.12 ns");
  CHECK(time_text(999.4) == "999 ns");
  CHECK(time_text(999.6) == "1.00 us");
  CHECK(time_text(12'345'678) == "12.3 ms");
  CHECK(time_text(3.2e12) == "3200 s");
  CHECK(ratio_text(1.005) == "1.00");
  CHECK(ratio_text(12.34) == "12.3");
  CHECK(ratio_text(std::numeric_limits<double>::quiet_NaN()) == "-");
  CHECK(percent_text(0.126) == "13 %");
  CHECK(minutes_text(59.4) == "59 s");
  CHECK(minutes_text(200) == "3 min 20 s");
}

TEST_CASE("CPU time that is neither ours nor idle is that of others", "[bench][unit]") {
  cpu_times before = cpu_times_in("cpu  1000 0 500 7000 500 0 0 1000 500 500\n", 100);
  CHECK(before.all == 100);  // guests are in user already
  CHECK(before.busy == 15);
  CHECK(before.stolen == 10);
  cpu_times after = cpu_times_in("cpu  6000 0 1500 9000 500 0 0 3000 500 500\n", 100);
  before.ours = 3;
  after.ours = 43;
  const cpu_use use = use_between(before, after);
  CHECK(use.stolen == Approx(0.2));
  CHECK(use.others == Approx(0.2));  // 60 s busy, 40 of them ours, of 100
  CHECK(use_between(before, before).others == 0);
  CHECK(cpu_times_in("", 100).all == 0);
  CHECK(cpu_times_in("cpu  1 2", 100).stolen == 0);
}
