#include "bench/driver/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace amorsize_bench {
namespace {

/// The two results are independent: any replicate of the one goes with any of the other.
std::vector<double> ratios(const std::vector<double>& after, const std::vector<double>& before) {
  std::vector<double> result;
  for (std::size_t i = 0; i < std::min(after.size(), before.size()); ++i) {
    if (!std::isnan(after[i]) && !std::isnan(before[i])) {
      result.push_back(after[i] / before[i]);
    }
  }
  return result;
}

/// By two and a half robust standard deviations. Simulated with six to ten rounds and several kinds
/// of noise, that flags two to four unchanged cells of a hundred, and misses fewer changes than
/// tails do.
bool is_beyond_noise(const std::vector<double>& replicates, double ratio) {
  constexpr double deviations = 2.5;
  constexpr double one_below = 0.159;  // of a normal distribution: one deviation below its middle
  const double move = std::abs(std::log(ratio));
  const double deviation =
      std::log(quantile(replicates, 1 - one_below) / quantile(replicates, one_below)) / 2;
  return move > smallest_change && move > deviations * deviation;
}

const cell_results* find_cell(const results& in, const std::string& name) {
  const auto found = std::find_if(
      in.cells.begin(), in.cells.end(), [&name](const auto& cell) { return cell.name == name; });
  return found == in.cells.end() ? nullptr : &*found;
}

std::optional<std::size_t> find_variant(const results& in, const std::string& name) {
  for (std::size_t v = 0; v < in.variants.size(); ++v) {
    if (in.variants[v].name == name) {
      return v;
    }
  }
  return std::nullopt;
}

const standing* find_standing(const results& in,
                              const verdict& of,
                              const std::string& cell,
                              std::size_t variant) {
  for (std::size_t c = 0; c < in.cells.size(); ++c) {
    for (const standing& how : of.cells[c].standings) {
      if (in.cells[c].name == cell && how.variant == variant && how.regret) {
        return &how;
      }
    }
  }
  return nullptr;
}

/// Of the medians, after / before; NaN where one has none.
double time_ratio(const entry& before, const entry& after) {
  return median(measured_times(after)) / median(measured_times(before));
}

double rivals_time_ratio(const results& before, const results& after) {
  std::vector<double> all;
  for (const cell_results& cell : after.cells) {
    const cell_results* const earlier = find_cell(before, cell.name);
    for (std::size_t v = 0; earlier != nullptr && v < after.variants.size(); ++v) {
      const std::optional<std::size_t> same = find_variant(before, after.variants[v].name);
      if (after.variants[v].kind != family::rival || !same) {
        continue;
      }
      const double ratio = time_ratio(earlier->entries[*same], cell.entries[v]);
      if (std::isfinite(ratio)) {
        all.push_back(ratio);
      }
    }
  }
  return geometric_mean(all);
}

/// Names of cells and rivals of the one that the other does not have.
std::vector<std::string> missing(const results& from, const results& in) {
  std::vector<std::string> names;
  for (const cell_results& cell : in.cells) {
    if (find_cell(from, cell.name) == nullptr) {
      names.push_back(cell.name);
    }
  }
  for (const variant& one : in.variants) {
    if (one.kind == family::rival && !find_variant(from, one.name)) {
      names.push_back(one.name);
    }
  }
  return names;
}

struct judged_results {
  const results& measured;
  const verdict& found;
  std::size_t variant;
};

variant_changes changes_of(const judged_results& before, const judged_results& after) {
  variant_changes all;
  all.variant = after.measured.variants[after.variant].name;
  std::vector<double> regrets_before;
  std::vector<double> regrets_after;
  std::vector<const standing*> standings_before;
  std::vector<const standing*> standings_after;
  for (const cell_results& cell : after.measured.cells) {
    const standing* const now =
        find_standing(after.measured, after.found, cell.name, after.variant);
    const standing* const then =
        find_standing(before.measured, before.found, cell.name, before.variant);
    if (now == nullptr || then == nullptr) {
      continue;
    }
    const std::vector<double> replicates = ratios(now->replicates, then->replicates);
    all.cells.push_back(
        {.cell = cell.name,
         .before = *then->regret,
         .after = *now->regret,
         .likely = middle_90_percent(replicates),
         .time_ratio = time_ratio(find_cell(before.measured, cell.name)->entries[before.variant],
                                  cell.entries[after.variant]),
         .is_beyond_noise = is_beyond_noise(replicates, *now->regret / *then->regret)});
    regrets_before.push_back(*then->regret);
    regrets_after.push_back(*now->regret);
    standings_before.push_back(then);
    standings_after.push_back(now);
  }
  all.before = geometric_mean(regrets_before);
  all.after = geometric_mean(regrets_after);
  all.likely = middle_90_percent(
      ratios(mean_replicates(standings_after), mean_replicates(standings_before)));
  return all;
}

}  // namespace

comparison compare(const results& before, const results& after, const rules& by) {
  rules other_draws = by;
  ++other_draws.seed;  // the two must not draw the same rounds
  const verdict then = reach_verdict(before, other_draws);
  const verdict now = reach_verdict(after, by);
  comparison found;
  for (std::size_t v = 0; v < after.variants.size(); ++v) {
    const std::optional<std::size_t> same = find_variant(before, after.variants[v].name);
    if (after.variants[v].kind == family::amorsize && same) {
      found.variants.push_back(changes_of({before, then, *same}, {after, now, v}));
    }
  }
  found.rivals_time_ratio = rivals_time_ratio(before, after);
  found.only_before = missing(after, before);
  found.only_after = missing(before, after);
  return found;
}

}  // namespace amorsize_bench
