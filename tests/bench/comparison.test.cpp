#include "bench/driver/comparison.hpp"
#include "tests/bench/measured.hpp"
#include "tests/bench/simulated_noise.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace amorsize_bench;
using amorsize_bench_test::named;
using amorsize_bench_test::noisy_machine;
using amorsize_bench_test::took;
using amorsize_test::Approx;

namespace {

/// So many cells in which amorsize takes `ours` and the best rival 1000 ns, on a machine that is
/// slower by `machine`.
results simulated(std::uint64_t seed, double ours, double machine, int cells = 50) {
  noisy_machine noisy(seed, {.each = 0.03, .drift = 0.02});
  results of;
  of.rounds = 6;
  of.variants = {named("amorsize", family::amorsize), named("serial"), named("rival")};
  for (int c = 0; c < cells; ++c) {
    cell_results& cell = of.cells.emplace_back();
    cell.name = "cell" + std::to_string(c);
    cell.entries.resize(3);
    for (std::size_t round = 0; round < of.rounds; ++round) {
      noisy.next_round();
      cell.entries[0].rounds.push_back(took(noisy.time(machine * ours)));
      cell.entries[1].rounds.push_back(took(noisy.time(machine * 2000)));
      cell.entries[2].rounds.push_back(took(noisy.time(machine * 1000)));
    }
  }
  return of;
}

int flagged(const variant_changes& in) {
  int count = 0;
  for (const change& one : in.cells) {
    count += one.is_beyond_noise ? 1 : 0;
  }
  return count;
}

const rules quick_rules{.allowance_ns = 0, .draws = 400};

}  // namespace

TEST_CASE("a machine that is twice as slow is no change of ours", "[bench][property]") {
  const comparison found = compare(simulated(1, 1100, 1), simulated(2, 1100, 2), quick_rules);
  REQUIRE(found.variants.size() == 1);
  const variant_changes& ours = found.variants.front();
  REQUIRE(ours.cells.size() == 50);
  CHECK(ours.before == Approx(1.1).margin(0.02));
  CHECK(ours.after == Approx(ours.before).margin(0.02));
  CHECK(found.rivals_time_ratio > 1.8);
}

TEST_CASE("of unchanged cells few are flagged, of those a fifth slower nearly all",
          "[bench][property]") {
  int unchanged = 0;
  int slower = 0;
  int faster = 0;
  for (std::uint64_t seed = 1; seed < 20; seed += 2) {  // ten comparisons of 50 cells
    const results before = simulated(seed, 1000, 1);
    const results after = simulated(seed + 1, 1200, 1);
    unchanged += flagged(compare(before, simulated(seed + 1, 1000, 2), quick_rules).variants[0]);
    slower += flagged(compare(before, after, quick_rules).variants[0]);
    faster += flagged(compare(after, before, quick_rules).variants[0]);
  }
  CHECK(unchanged <= 30);
  CHECK(slower >= 470);
  CHECK(faster >= 470);
}

TEST_CASE("a fifth more moves the mean by a fifth, up or down", "[bench][property]") {
  const variant_changes worse =
      compare(simulated(1, 1000, 1), simulated(2, 1200, 1), quick_rules).variants.front();
  CHECK(worse.after / worse.before == Approx(1.2).margin(0.03));
  CHECK(worse.likely.low > 1.15);
  const variant_changes better =
      compare(simulated(2, 1200, 1), simulated(1, 1000, 1), quick_rules).variants.front();
  CHECK(better.likely.high < 0.87);
}

TEST_CASE("what only one of the two results has is named", "[bench][unit]") {
  results before = simulated(1, 1000, 1, 2);
  results after = simulated(2, 1000, 1, 3);
  before.variants[2].name = "another rival";
  const comparison found = compare(before, after, quick_rules);
  CHECK(found.only_before == std::vector<std::string>{"another rival"});
  CHECK(found.only_after == std::vector<std::string>{"cell2", "rival"});
  CHECK(found.variants.front().cells.size() == 2);
}
