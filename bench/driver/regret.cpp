#include "bench/driver/regret.hpp"
#include "bench/driver/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace amorsize_bench {
namespace {

std::vector<double> values_in(const series& times, const std::vector<std::size_t>& rounds) {
  std::vector<double> values;
  for (const std::size_t round : rounds) {
    if (round < times.size() && times[round]) {
      values.push_back(*times[round]);
    }
  }
  return values;
}

bool works_mostly(const series& times) {
  const auto failures = std::count(times.begin(), times.end(), std::nullopt);
  return 2 * static_cast<std::size_t>(failures) < times.size();
}

/// Within a round, so that what slows the machine for minutes slows both.
void add_ratios(const contest& between,
                std::size_t rival,
                const std::vector<std::size_t>& rounds,
                std::vector<double>& ratios) {
  const series& theirs = between.rivals[rival];
  for (const std::size_t round : rounds) {
    if (round < between.ours.size() && between.ours[round] && round < theirs.size() &&
        theirs[round]) {
      ratios.push_back(*between.ours[round] / (*theirs[round] + between.allowance_ns));
    }
  }
}

}  // namespace

round_draw all_rounds(std::size_t rounds) {
  round_draw all;
  for (std::size_t round = 0; round < rounds; ++round) {
    (round % 2 == 0 ? all.odd : all.even).push_back(round);  // index 0 is round 1
  }
  return all;
}

std::vector<round_draw> draw_rounds(std::size_t rounds, std::size_t draws, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const round_draw all = all_rounds(rounds);
  const auto resampled = [&random](const std::vector<std::size_t>& from) {
    std::vector<std::size_t> drawn(from.size());
    for (std::size_t& round : drawn) {
      round = from[random() % from.size()];
    }
    return drawn;
  };
  std::vector<round_draw> result(draws);
  for (round_draw& draw : result) {
    draw.odd = resampled(all.odd);
    draw.even = resampled(all.even);
  }
  return result;
}

std::optional<std::size_t> best_rival(const contest& between,
                                      const std::vector<std::size_t>& rounds) {
  std::optional<std::size_t> best;
  double best_time = std::numeric_limits<double>::infinity();
  for (std::size_t rival = 0; rival < between.rivals.size(); ++rival) {
    const std::vector<double> times = values_in(between.rivals[rival], rounds);
    if (times.empty() || !works_mostly(between.rivals[rival])) {
      continue;
    }
    const double time = median(times);
    if (time < best_time) {
      best = rival;
      best_time = time;
    }
  }
  return best;
}

std::optional<judgement> judge(const contest& between, const round_draw& rounds) {
  judgement result;
  result.rival_in_even = best_rival(between, rounds.odd);
  result.rival_in_odd = best_rival(between, rounds.even);
  std::vector<double> ratios;
  if (result.rival_in_even) {
    add_ratios(between, *result.rival_in_even, rounds.even, ratios);
  }
  if (result.rival_in_odd) {
    add_ratios(between, *result.rival_in_odd, rounds.odd, ratios);
  }
  if (ratios.empty()) {
    return std::nullopt;
  }
  result.regret = median(std::move(ratios));
  return result;
}

std::optional<double> pessimistic_regret(const contest& between) {
  std::vector<std::size_t> rounds(between.ours.size());
  std::iota(rounds.begin(), rounds.end(), std::size_t{0});
  const std::optional<std::size_t> rival = best_rival(between, rounds);
  std::vector<double> ratios;
  if (rival) {
    add_ratios(between, *rival, rounds, ratios);
  }
  return ratios.empty() ? std::nullopt : std::optional(median(std::move(ratios)));
}

std::optional<double> regret_of_medians(const contest& between) {
  const round_draw rounds = all_rounds(between.ours.size());
  const std::optional<std::size_t> rival = best_rival(between, rounds.odd);
  if (!rival) {
    return std::nullopt;
  }
  const std::vector<double> ours = values_in(between.ours, rounds.even);
  const std::vector<double> theirs = values_in(between.rivals[*rival], rounds.even);
  if (ours.empty() || theirs.empty()) {
    return std::nullopt;
  }
  return median(ours) / (median(theirs) + between.allowance_ns);
}

std::vector<double> regret_replicates(const contest& between,
                                      double regret,
                                      const std::vector<round_draw>& draws) {
  const double half = std::floor(static_cast<double>(between.ours.size()) / 2);
  const double stretch = half > 1 ? std::sqrt(half / (half - 1)) : 1;
  std::vector<double> replicates;
  replicates.reserve(draws.size());
  for (const round_draw& draw : draws) {
    const std::optional<judgement> judged = judge(between, draw);
    replicates.push_back(judged ? regret * std::pow(judged->regret / regret, stretch)
                                : std::numeric_limits<double>::quiet_NaN());
  }
  return replicates;
}

}  // namespace amorsize_bench
