// How much longer one implementation takes than the best of the others: the regret. Written so that
// noise cannot look like a result: no round both chooses the best of the others and times it.
// Thread safety: thread-safe; pure functions of plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace amorsize_bench {

/// Times in nanoseconds by round; index 0 is round 1. Empty where the process failed.
using series = std::vector<std::optional<double>>;

/// What a competitor is given on top of its time: for the decision that it does not have to take.
inline constexpr double default_allowance_ns = 25;

/// Who is judged, and against whom. All in the same cell.
struct contest {
  series ours;
  std::vector<series> rivals;
  double allowance_ns = default_allowance_ns;
};

/// Rounds to judge by, as indices of series. In a bootstrap some occur several times.
struct round_draw {
  std::vector<std::size_t> odd;   ///< of rounds 1, 3, 5, …
  std::vector<std::size_t> even;  ///< of rounds 2, 4, 6, …
};

/// Every round once.
[[nodiscard]] round_draw all_rounds(std::size_t rounds);

/// Draws with replacement, the odd rounds from the odd ones and the even ones from the even ones.
/// Used for all cells alike, so that what disturbed a round disturbs a mean over cells, too.
[[nodiscard]] std::vector<round_draw> draw_rounds(std::size_t rounds,
                                                  std::size_t draws,
                                                  std::uint64_t seed);

/// The regret, and the rivals by index that it was taken against.
struct judgement {
  double regret = 0;
  std::optional<std::size_t> rival_in_even;  ///< chosen in the odd rounds
  std::optional<std::size_t> rival_in_odd;   ///< chosen in the even rounds
};

/// The rival with the lowest median over `rounds`. A rival that failed in half of all its rounds or
/// more is none. Nothing if there is no rival.
[[nodiscard]] std::optional<std::size_t> best_rival(const contest& between,
                                                    const std::vector<std::size_t>& rounds);

/// The median over all rounds of ours / (rival + allowance), where the rival of the even rounds is
/// the best one of the odd rounds and the other way round. Nothing if no round has both figures.
[[nodiscard]] std::optional<judgement> judge(const contest& between, const round_draw& rounds);

/// The same with the rival chosen by all rounds, those that time it among them: its good luck
/// counts against us. judge() errs the other way, when noise makes it choose not quite the best
/// rival, so the truth lies between the two.
[[nodiscard]] std::optional<double> pessimistic_regret(const contest& between);

/// The plainer figure, as a cross-check: chosen in the odd rounds; median of ours over the even
/// rounds / (median of the rival over the even rounds + allowance).
[[nodiscard]] std::optional<double> regret_of_medians(const contest& between);

/// The regret in each draw; a draw without a figure is NaN. Spread out around `regret` by the
/// square root of n / (n - 1), n rounds of each parity: by so much a bootstrap of few rounds is too
/// narrow.
[[nodiscard]] std::vector<double> regret_replicates(const contest& between,
                                                    double regret,
                                                    const std::vector<round_draw>& draws);

}  // namespace amorsize_bench
