#include "bench/driver/regret.hpp"
#include "bench/driver/self_test.hpp"
#include "bench/driver/statistics.hpp"

#include <cmath>
#include <limits>
#include <optional>

namespace amorsize_bench {
namespace {

const entry* entry_of(const results& of, const cell_results& cell, const std::string& variant) {
  for (std::size_t v = 0; v < of.variants.size(); ++v) {
    if (of.variants[v].name == variant) {
      return &cell.entries[v];
    }
  }
  return nullptr;
}

void run(pair_check& check, const results& of) {
  std::vector<double> measured;
  for (const cell_results& cell : of.cells) {
    double ratio = std::numeric_limits<double>::quiet_NaN();
    const entry* const ours = entry_of(of, cell, check.ours);
    const entry* const theirs = entry_of(of, cell, check.theirs);
    if (ours != nullptr && theirs != nullptr &&
        median(measured_times(*theirs)) >= check.shortest_ns) {
      const contest between{
          .ours = real_times(*ours), .rivals = {real_times(*theirs)}, .allowance_ns = 0};
      if (const std::optional<judgement> judged = judge(between, all_rounds(of.rounds))) {
        ratio = judged->regret;
        measured.push_back(ratio);
      }
    }
    check.ratios.push_back(ratio);
  }
  check.mean = geometric_mean(measured);
  // Not a number, where nothing was measured, is no pass.
  check.is_passed = std::abs(check.mean - check.expected) <= check.tolerance;
}

}  // namespace

std::vector<pair_check> check_itself(const results& of) {
  std::vector<pair_check> checks{
      {.ours = "amorsize_copy", .theirs = "amorsize", .expected = 1, .tolerance = copy_tolerance},
      {.ours = "tbb_auto_slowed",
       .theirs = "tbb_auto",
       .expected = slowed_by,
       .tolerance = slowed_tolerance,
       .shortest_ns = slowed_shortest_ns}};
  for (pair_check& check : checks) {
    run(check, of);
  }
  return checks;
}

}  // namespace amorsize_bench
