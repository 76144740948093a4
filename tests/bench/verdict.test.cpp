#include "bench/driver/self_test.hpp"
#include "bench/driver/sweep.hpp"
#include "bench/driver/verdict.hpp"
#include "tests/bench/measured.hpp"
#include "tests/support/catch.hpp"

#include <cmath>

using namespace amorsize_bench;
using amorsize_bench_test::always;
using amorsize_bench_test::failed;
using amorsize_bench_test::named;
using amorsize_bench_test::took;
using amorsize_bench_test::with_cpu;
using amorsize_test::Approx;

namespace {

/// Two back ends, the serial loop, a rival, and a control that is faster than all.
results two_back_ends() {
  results of;
  of.rounds = 4;
  of.variants = {named("amorsize", family::amorsize),
                 named("amorsize_threads", family::amorsize),
                 named("serial"),
                 named("rival"),
                 named("amorsize_copy", family::control)};
  return of;
}

void add_cell(results& to, const std::string& name, const std::vector<entry>& entries) {
  to.cells.push_back({.name = name, .entries = entries});
}

const rules without_allowance{.allowance_ns = 0, .draws = 50};

}  // namespace

TEST_CASE("each back end is judged by itself, against the serial loop, too, and never by a control",
          "[bench][unit]") {
  results of = two_back_ends();
  add_cell(of,
           "short",
           {always(took(110)),
            always(took(150)),
            always(took(100)),
            always(took(400)),
            always(took(10))});
  const verdict found = reach_verdict(of, without_allowance);
  REQUIRE(found.cells.front().standings.size() == 2);
  const standing& tbb = found.cells.front().standings[0];
  CHECK(*tbb.regret == Approx(1.1));
  CHECK(tbb.rivals == std::vector<std::size_t>{2});
  CHECK(tbb.likely.low == Approx(1.1));
  CHECK(*found.cells.front().standings[1].regret == Approx(1.5));
  CHECK(is_lost(tbb));
}

TEST_CASE("a variant that spins through pauses is no rival, and amorsize may not either",
          "[bench][unit]") {
  results of = two_back_ends();
  add_cell(of,
           "cold",
           {always(with_cpu(90, 349)),  // just within 3.5 times the serial loop's
            always(with_cpu(60, 351)),  // just beyond
            always(with_cpu(100, 100)),
            always(with_cpu(50, 1000)),  // fast, because it never sleeps
            always(with_cpu(90, 100))});
  const verdict found = reach_verdict(of, without_allowance);
  const cell_verdict& cold = found.cells.front();
  CHECK(cold.has_pauses);
  CHECK(cold.is_barred == std::vector<bool>{false, true, false, true, false});
  CHECK(*cold.standings[0].regret == Approx(0.9));
  CHECK_FALSE(is_lost(cold.standings[0]));
  CHECK(*cold.standings[1].regret == Approx(0.6));
  CHECK(cold.standings[1].is_spinning);
  CHECK(is_lost(cold.standings[1]));
  CHECK(found.summaries[1].lost == std::vector<std::size_t>{0});
}

TEST_CASE("without the serial loop nobody is barred, and that is said", "[bench][unit]") {
  results of = two_back_ends();
  add_cell(
      of,
      "cold",
      {always(with_cpu(90, 349)), always(with_cpu(60, 351)), {}, always(with_cpu(50, 1000)), {}});
  const cell_verdict cold = reach_verdict(of, without_allowance).cells.front();
  CHECK(cold.is_cpu_unchecked);
  CHECK(*cold.standings[0].regret == Approx(1.8));
}

TEST_CASE("a cell in which amorsize fails once is lost, however fast it was otherwise",
          "[bench][unit]") {
  results of = two_back_ends();
  entry once = always(took(10));
  once.rounds[2] = failed("killed by SIGSEGV");
  add_cell(of, "one", {once, always(failed("hangs")), always(took(100)), always(took(100)), {}});
  const verdict found = reach_verdict(of, without_allowance);
  CHECK(is_lost(found.cells[0].standings[0]));
  CHECK(found.cells[0].standings[0].failure == "killed by SIGSEGV");
  CHECK_FALSE(found.cells[0].standings[1].regret);
  CHECK(found.summaries[0].lost.size() == 1);
  CHECK(found.summaries[1].lost.size() == 1);
  CHECK(found.summaries[1].cells == 0);
}

TEST_CASE("the summary is the geometric mean over the cells and names the worst", "[bench][unit]") {
  results of = two_back_ends();
  const auto add = [&of](const std::string& name, double ours) {
    add_cell(of, name, {always(took(ours)), {}, always(took(100)), always(took(300)), {}});
  };
  add("half", 50);
  add("double", 200);
  add("a little", 104);
  const verdict found = reach_verdict(of, without_allowance);
  const summary& sum = found.summaries.front();
  CHECK(sum.cells == 3);
  CHECK(sum.mean_regret == Approx(std::cbrt(1.04)));
  CHECK(sum.likely.low == Approx(sum.mean_regret));
  CHECK(sum.mean_pessimistic == Approx(sum.mean_regret));
  CHECK(sum.mean_regret_of_medians == Approx(sum.mean_regret));
  CHECK(sum.worst == 1U);
  CHECK(sum.lost == std::vector<std::size_t>{1});
  CHECK(found.summaries[1].cells == 0);
  CHECK_FALSE(found.summaries[1].worst);
}

TEST_CASE("grains go up to half the items", "[bench][unit]") {
  CHECK(grains_for(1) == std::vector<std::size_t>{1});
  CHECK(grains_for(31) == std::vector<std::size_t>{1});
  CHECK(grains_for(32) == std::vector<std::size_t>{1, 16});
  CHECK(grains_for(1'000'000) == std::vector<std::size_t>{1, 16, 256, 4096, 65536});
  CHECK(grains_for(std::nullopt).size() == 5);
}

TEST_CASE("the grain with the shortest try is kept, one that failed is not", "[bench][unit]") {
  CHECK(best_grain({{.grain = 1, .tries = {took(50), took(30)}},
                    {.grain = 16, .tries = {took(40), took(20)}},
                    {.grain = 256, .tries = {failed("no end within its time")}}}) == 16U);
  CHECK_FALSE(best_grain({{.grain = 1, .tries = {failed("x")}}}));
  CHECK_FALSE(best_grain({}));
}

TEST_CASE("the self-test passes only if the copy is equal and the slowed one slower",
          "[bench][unit]") {
  results of;
  of.rounds = 4;
  of.variants = {named("amorsize", family::amorsize),
                 named("amorsize_copy", family::control),
                 named("tbb_auto"),
                 named("tbb_auto_slowed", family::control)};
  const auto passes = [&of](double copy, double slowed, double unit = 1e5) {
    of.cells.clear();
    add_cell(of,
             "any",
             {always(took(unit * 100)),
              always(took(unit * copy)),
              always(took(unit * 100)),
              always(took(unit * slowed))});
    const std::vector<pair_check> checks = check_itself(of);
    return std::vector<bool>{checks[0].is_passed, checks[1].is_passed};
  };
  CHECK(passes(101, 120) == std::vector<bool>{true, true});
  CHECK(passes(105, 120) == std::vector<bool>{false, true});
  CHECK(passes(95, 120) == std::vector<bool>{false, true});
  CHECK(passes(100, 100) == std::vector<bool>{true, false});
  CHECK(passes(100, 140) == std::vector<bool>{true, false});
  CHECK(passes(101, 120, 1) == std::vector<bool>{true, false});  // too short to tell
  of.cells.clear();                                              // nothing measured is no pass
  CHECK_FALSE(check_itself(of)[0].is_passed);
}

TEST_CASE("amorsize may take 1.02 x the plain loop, one wake-up and one trial", "[bench][unit]") {
  results of = two_back_ends();
  of.variants.pop_back();  // the control
  const auto add = [&](const std::string& name, double ours, double serial) {
    add_cell(of,
             name,
             {always(took(ours)), always(took(serial)), always(took(serial)), always(took(1e9))});
  };
  add("short, waking", 120e3, 10e3);
  add("short, beyond", 125e3, 10e3);
  add("long", 1.035e9, 1e9);
  add("long, beyond", 1.045e9, 1e9);
  // One round of four in which the machine stood still says nothing.
  add_cell(of,
           "disturbed",
           {{.rounds = {took(1e6), took(1e6), took(9e6), took(1e6)}},
            always(took(1e6)),
            always(took(1e6)),
            always(took(1e9))});
  add_cell(of, "no loop", {always(took(5e6)), always(took(5e6)), {}, always(took(1e6))});
  const verdict found = reach_verdict(of, without_allowance);
  const auto tbb = [&](std::size_t cell) { return found.cells[cell].standings[0]; };
  CHECK(*tbb(0).of_loop == Approx(12.0));
  CHECK(*tbb(4).of_loop == Approx(1.0));
  CHECK_FALSE(tbb(5).of_loop);
  CHECK(found.summaries[0].beyond_loop_bound == std::vector<std::size_t>{1, 3});
  CHECK(found.summaries[0].cells_with_loop == 5);
  CHECK(found.summaries[1].beyond_loop_bound.empty());
}
