#include "bench/driver/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace amorsize_bench {
namespace {

// The terms of the promise. A wake-up took the caller 7 to 13 us with oneTBB 2021.8 on 2 CPUs; on
// other days and machines it takes more (34 us), which is not allowed for.
constexpr double loop_factor = 1.02;
constexpr double wake_up_ns = 13e3;
constexpr double shortest_trial_ns = 100e3;
constexpr double trial_fraction = 0.02;

/// What the serial loop did in the cell; null if it was not measured.
const entry* serial_loop(const results& of, const cell_results& cell) {
  for (std::size_t v = 0; v < of.variants.size(); ++v) {
    if (of.variants[v].name == "serial") {
      return &cell.entries[v];
    }
  }
  return nullptr;
}

/// CPU time per call of the serial loop, if it was measured.
std::optional<double> serial_cpu_per_call(const results& of, const cell_results& cell) {
  const entry* const serial = serial_loop(of, cell);
  const std::vector<double> cpu =
      serial != nullptr ? counter_values(*serial, cpu_per_call_counter) : std::vector<double>();
  return cpu.empty() ? std::nullopt : std::optional(median(cpu));
}

/// Within each round, so that what slows the machine for minutes slows both.
void compare_with_loop(const entry& serial, const series& ours, standing& how) {
  const series theirs = real_times(serial);
  std::vector<double> ratios;
  std::vector<double> excesses;
  for (std::size_t round = 0; round < std::min(ours.size(), theirs.size()); ++round) {
    if (ours[round] && theirs[round]) {
      ratios.push_back(*ours[round] / *theirs[round]);
      excesses.push_back(*ours[round] - loop_bound_ns(*theirs[round]));
    }
  }
  if (!ratios.empty()) {
    how.of_loop = median(std::move(ratios));
    how.is_beyond_loop_bound = median(std::move(excesses)) > 0;
  }
}

void check_cpu(const results& of, const cell_results& cell, cell_verdict& verdict) {
  verdict.is_barred.assign(of.variants.size(), false);
  const std::optional<double> serial = serial_cpu_per_call(of, cell);
  for (std::size_t v = 0; v < of.variants.size(); ++v) {
    const std::vector<double> cpu = counter_values(cell.entries[v], cpu_per_call_counter);
    verdict.has_pauses |= !cpu.empty();
    verdict.is_barred[v] = serial && !cpu.empty() && median(cpu) > cpu_bound_factor * *serial;
  }
  verdict.is_cpu_unchecked = verdict.has_pauses && !serial;
}

struct field {
  contest between;
  std::vector<std::size_t> variants;  ///< of the rivals, in the order of the contest
};

/// The rivals that count in a cell; without anybody to judge yet.
field rivals_of(const results& of,
                const cell_results& cell,
                const cell_verdict& verdict,
                const rules& by) {
  field found;
  found.between.allowance_ns = by.allowance_ns;
  for (std::size_t v = 0; v < of.variants.size(); ++v) {
    if (of.variants[v].kind == family::rival && !verdict.is_barred[v] &&
        !cell.entries[v].rounds.empty()) {
      found.between.rivals.push_back(real_times(cell.entries[v]));
      found.variants.push_back(v);
    }
  }
  return found;
}

standing judge_variant(std::size_t variant,
                       const entry& measured,
                       field& against,
                       const std::vector<round_draw>& draws) {
  standing how;
  how.variant = variant;
  how.failure = first_failure(measured);
  against.between.ours = real_times(measured);
  const std::optional<judgement> judged =
      judge(against.between, all_rounds(against.between.ours.size()));
  if (!judged) {
    return how;
  }
  how.regret = judged->regret;
  for (const std::optional<std::size_t>& rival : {judged->rival_in_even, judged->rival_in_odd}) {
    if (rival && std::find(how.rivals.begin(), how.rivals.end(), against.variants[*rival]) ==
                     how.rivals.end()) {
      how.rivals.push_back(against.variants[*rival]);
    }
  }
  how.pessimistic = pessimistic_regret(against.between);
  how.regret_of_medians = regret_of_medians(against.between);
  how.replicates = regret_replicates(against.between, *how.regret, draws);
  std::vector<double> usable = how.replicates;
  std::erase_if(usable, [](double value) { return std::isnan(value); });
  how.likely = middle_90_percent(usable);
  return how;
}

summary summarise(const results& of, const verdict& all, std::size_t variant) {
  summary sum;
  sum.variant = variant;
  std::vector<double> regrets;
  std::vector<double> pessimistic;
  std::vector<double> by_medians;
  std::vector<const standing*> judged;
  for (std::size_t c = 0; c < of.cells.size(); ++c) {
    for (const standing& how : all.cells[c].standings) {
      if (how.variant != variant) {
        continue;
      }
      if (is_lost(how)) {
        sum.lost.push_back(c);
      }
      sum.cells_with_loop += how.of_loop ? 1U : 0U;
      if (how.is_beyond_loop_bound) {
        sum.beyond_loop_bound.push_back(c);
      }
      if (!how.regret) {
        continue;
      }
      if (regrets.empty() || *how.regret > *std::max_element(regrets.begin(), regrets.end())) {
        sum.worst = c;
      }
      regrets.push_back(*how.regret);
      judged.push_back(&how);
      pessimistic.push_back(*how.pessimistic);
      if (how.regret_of_medians) {
        by_medians.push_back(*how.regret_of_medians);
      }
    }
  }
  sum.cells = regrets.size();
  sum.mean_regret = geometric_mean(regrets);
  sum.mean_pessimistic = geometric_mean(pessimistic);
  sum.mean_regret_of_medians = geometric_mean(by_medians);
  std::vector<double> replicates = mean_replicates(judged);
  std::erase_if(replicates, [](double value) { return std::isnan(value); });
  sum.likely = middle_90_percent(replicates);
  return sum;
}

}  // namespace

double loop_bound_ns(double serial_ns) {
  return loop_factor * serial_ns + wake_up_ns +
         std::max(shortest_trial_ns, trial_fraction * serial_ns);
}

bool is_lost(const standing& how) {
  return !how.failure.empty() || how.is_spinning || (how.regret && *how.regret > lost_regret);
}

std::vector<double> mean_replicates(const std::vector<const standing*>& of) {
  if (of.empty()) {
    return {};
  }
  std::vector<double> means;
  for (std::size_t draw = 0; draw < of.front()->replicates.size(); ++draw) {
    std::vector<double> regrets;
    regrets.reserve(of.size());
    for (const standing* how : of) {
      regrets.push_back(how->replicates[draw]);  // one NaN makes the mean NaN
    }
    means.push_back(geometric_mean(regrets));
  }
  return means;
}

verdict reach_verdict(const results& of, const rules& by) {
  const std::vector<round_draw> draws = draw_rounds(of.rounds, by.draws, by.seed);
  verdict all;
  for (const cell_results& cell : of.cells) {
    cell_verdict& here = all.cells.emplace_back();
    check_cpu(of, cell, here);
    field against = rivals_of(of, cell, here, by);
    for (std::size_t v = 0; v < of.variants.size(); ++v) {
      if (of.variants[v].kind != family::amorsize || cell.entries[v].rounds.empty()) {
        continue;
      }
      here.standings.push_back(judge_variant(v, cell.entries[v], against, draws));
      here.standings.back().is_spinning = here.is_barred[v];
      if (const entry* const serial = serial_loop(of, cell)) {
        compare_with_loop(*serial, real_times(cell.entries[v]), here.standings.back());
      }
    }
  }
  for (std::size_t v = 0; v < of.variants.size(); ++v) {
    if (of.variants[v].kind == family::amorsize) {
      all.summaries.push_back(summarise(of, all, v));
    }
  }
  return all;
}

}  // namespace amorsize_bench
