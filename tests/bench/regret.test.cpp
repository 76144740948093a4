#include "bench/driver/regret.hpp"
#include "bench/driver/statistics.hpp"
#include "tests/bench/simulated_noise.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace amorsize_bench;
using amorsize_bench_test::noise;
using amorsize_bench_test::noisy_machine;
using amorsize_test::Approx;

namespace {

/// Geometric mean of a figure over many simulated cells.
template <class Figure>
double mean_over_cells(int cells,
                       const noise& how,
                       double ours,
                       const std::vector<double>& rivals,
                       const Figure& figure) {
  std::vector<double> figures;
  for (int cell = 0; cell < cells; ++cell) {
    noisy_machine machine(static_cast<std::uint64_t>(cell) + 1, how);
    figures.push_back(figure(machine.measure(ours, rivals, 6)));
  }
  return geometric_mean(figures);
}

double regret(const contest& between) {
  return judge(between, all_rounds(between.ours.size()))->regret;
}

/// Standard deviation of the logarithm.
template <class Figure>
double scatter(int cells, const noise& how, const Figure& figure) {
  double sum = 0;
  for (int cell = 0; cell < cells; ++cell) {
    noisy_machine machine(static_cast<std::uint64_t>(cell) + 1, how);
    const double value = std::log(figure(machine.measure(1000, {1000, 2000}, 6)));
    sum += value * value;
  }
  return std::sqrt(sum / cells);
}

}  // namespace

TEST_CASE("the rival of a round is chosen in the rounds of the other parity", "[bench][unit]") {
  // Rival 0 looks best in odd rounds (100), rival 1 in even ones (110).
  const contest between{.ours = {200, 220, 200, 220},
                        .rivals = {{100, 400, 100, 400}, {200, 110, 200, 110}},
                        .allowance_ns = 0};
  const judgement judged = *judge(between, all_rounds(4));
  CHECK(judged.rival_in_even == 0U);
  CHECK(judged.rival_in_odd == 1U);
  // Even rounds 220 / 400, odd rounds 200 / 200: nobody's luck was timed.
  CHECK(judged.regret == Approx((0.55 + 1.0) / 2));
  CHECK(*pessimistic_regret(between) >= judged.regret);
  CHECK(*regret_of_medians(between) == Approx(220.0 / 400.0));
}

TEST_CASE("the allowance goes to the rival", "[bench][unit]") {
  const contest between{.ours = {150, 150}, .rivals = {{100, 100}}, .allowance_ns = 25};
  CHECK(regret(between) == Approx(1.2));
  CHECK(*regret_of_medians(between) == Approx(1.2));
}

TEST_CASE("ratios are taken within a round, so a drift that all feel changes nothing",
          "[bench][unit]") {
  const contest between{.ours = {110, 220, 440, 880, 1760, 3520},
                        .rivals = {{100, 200, 400, 800, 1600, 3200}},
                        .allowance_ns = 0};
  CHECK(regret(between) == Approx(1.1));
}

TEST_CASE("a rival that fails in half of the rounds is none, one that fails once is",
          "[bench][unit]") {
  const series missing_once{std::nullopt, 10, 10, 10};
  const series missing_twice{std::nullopt, 10, std::nullopt, 10};
  contest between{
      .ours = {100, 100, 100, 100}, .rivals = {{50, 50, 50, 50}, missing_once}, .allowance_ns = 0};
  CHECK(regret(between) == Approx(10));
  between.rivals[1] = missing_twice;
  CHECK(regret(between) == Approx(2));
  between.rivals = {};
  CHECK_FALSE(judge(between, all_rounds(4)));
  CHECK_FALSE(pessimistic_regret(between));
  CHECK_FALSE(regret_of_medians(between));
}

TEST_CASE(
    "noise that chooses and times on the same rounds speaks for the rivals, odd and even do not",
    "[bench][property]") {
  // Twenty rivals that are all as fast as we are: the truth is 1.
  const std::vector<double> rivals(20, 1000.0);
  const noise how{.each = 0.1};
  const double same = mean_over_cells(
      400, how, 1000, rivals, [](const contest& c) { return *pessimistic_regret(c); });
  const double split = mean_over_cells(400, how, 1000, rivals, regret);
  CHECK(same > 1.04);
  CHECK(split == Approx(1).margin(0.01));
  const double medians = mean_over_cells(
      400, how, 1000, rivals, [](const contest& c) { return *regret_of_medians(c); });
  CHECK(medians == Approx(1).margin(0.015));
}

TEST_CASE("the truth lies between the regret and the pessimistic regret", "[bench][property]") {
  std::vector<double> rivals;
  for (int i = 0; i < 12; ++i) {
    rivals.push_back(1000.0 + 10.0 * i);  // so close that the wrong one is often chosen
  }
  const noise how{.each = 0.05};
  const double low = mean_over_cells(1000, how, 1000, rivals, regret);
  const double high = mean_over_cells(
      1000, how, 1000, rivals, [](const contest& c) { return *pessimistic_regret(c); });
  CHECK(low < 1);
  CHECK(low > 0.97);
  CHECK(high > 1);
  CHECK(high < 1.03);
}

TEST_CASE("a copy gets 1.00, one that is a fifth slower 1.20, whatever the noise",
          "[bench][property]") {
  const noise how = GENERATE(noise{.each = 0.02},
                             noise{.each = 0.05, .drift = 0.1},
                             noise{.each = 0.03, .drift = 0.03, .disturbed = 0.1});
  CHECK(mean_over_cells(400, how, 1000, {1000}, regret) == Approx(1).margin(0.01));
  CHECK(mean_over_cells(400, how, 1200, {1000}, regret) == Approx(1.2).margin(0.012));
  CHECK(mean_over_cells(400, how, 1000, {1200}, regret) == Approx(1 / 1.2).margin(0.009));
}

TEST_CASE("with drift and disturbances the regret scatters less than the ratio of medians",
          "[bench][property]") {
  const noise how{.each = 0.03, .drift = 0.05, .disturbed = 0.1};
  const double medians = scatter(1000, how, [](const contest& c) { return *regret_of_medians(c); });
  CHECK(scatter(1000, how, regret) < 0.75 * medians);
}

TEST_CASE("the interval of the bootstrap holds the truth most of the time and is no excuse",
          "[bench][property]") {
  const int cells = 300;
  int held = 0;
  int noticed = 0;
  for (int cell = 0; cell < cells; ++cell) {
    noisy_machine machine(static_cast<std::uint64_t>(cell) + 1, {.each = 0.03});
    const std::vector<round_draw> draws = draw_rounds(6, 400, static_cast<std::uint64_t>(cell));
    const contest between = machine.measure(1200, {1000, 1500}, 6);
    const interval likely = middle_90_percent(regret_replicates(between, regret(between), draws));
    held += likely.low <= 1.2 && 1.2 <= likely.high ? 1 : 0;
    noticed += likely.low > 1.05 ? 1 : 0;
  }
  CHECK(held >= 0.75 * cells);  // six rounds are few: less than the 90 % that it says
  CHECK(held <= 0.97 * cells);
  CHECK(noticed >= 0.95 * cells);
}

TEST_CASE("draws keep odd and even rounds apart and follow the seed", "[bench][unit]") {
  const std::vector<round_draw> draws = draw_rounds(7, 50, 3);
  REQUIRE(draws.size() == 50);
  for (const round_draw& draw : draws) {
    REQUIRE(draw.odd.size() == 4);
    REQUIRE(draw.even.size() == 3);
    for (const std::size_t round : draw.odd) {
      CHECK(round % 2 == 0);  // index 0 is round 1
      CHECK(round < 7);
    }
    for (const std::size_t round : draw.even) {
      CHECK(round % 2 == 1);
      CHECK(round < 7);
    }
  }
  CHECK(draw_rounds(7, 50, 3).back().odd == draws.back().odd);
  CHECK(std::any_of(draws.begin(), draws.end(), [&](const round_draw& draw) {
    return draw.odd != draws.front().odd;
  }));
  CHECK(draw_rounds(1, 2, 1).front().even.empty());
}
