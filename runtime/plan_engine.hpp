// optimize(): how many items to try, and the plan that follows from what they cost. The plan is
// made of the same policy functions as a map's first decision, with the overheads this process has
// learnt. Thread safety: pure functions.
#pragma once

#include "runtime/policy/controller.hpp"
#include "runtime/policy/decision.hpp"
#include "runtime/policy/overhead_model.hpp"
#include "runtime/policy/plan_estimate.hpp"
#include "runtime/policy/units.hpp"
#include "runtime/settings.hpp"

#include <amorsize/detail/dry_run.hpp>
#include <amorsize/plan.hpp>
#include <amorsize/version.hpp>

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// Items tried at least, one by one: enough for a spread, and the first one hardly counts.
inline constexpr std::size_t fewest_sampled_items = 5;
/// More are tried only as long as they are this cheap: a clock reading is a hundredth of it.
inline constexpr policy::nanoseconds cheap_item{1e3};
/// ... up to this fraction of the input,
inline constexpr std::size_t sampled_fraction = 8;
/// ... for a source whose items have to be stored, up to so many,
inline constexpr std::size_t most_stored_items = 64;
/// ... and for about so long.
inline constexpr policy::nanoseconds sampling_time{50e3};
/// Blocks grow at most so much at a time: the next items may be dearer.
inline constexpr std::size_t sampled_block_growth = 8;
/// ... and last about this part of the sampling time: several places are looked at.
inline constexpr double sampled_block_fraction = 0.2;
/// Near enough to the sampling time.
inline constexpr double sampling_done = 0.9;

/// How far a dry run has come.
struct dry_run_progress {
  std::size_t sampled_items = 0;
  std::size_t last_block = 0;
  policy::nanoseconds busy{0};       ///< for all sampled items
  policy::nanoseconds cost{0};       ///< per item, as estimated
  policy::nanoseconds last_cost{0};  ///< per item of the last block: first ones may be cold
  bool is_exhausted = false;         ///< the input ended
};

/// Items to try next in one block; 0 = enough. sample_size: as in options. O(1), total.
[[nodiscard]] std::size_t next_sample_block(const detail::dry_run_input& input,
                                            std::size_t sample_size,
                                            const dry_run_progress& so_far) noexcept;

/// Where block number `index` of a random-access input begins: all over it, each place far from the
/// ones before (the golden ratio's multiples). Where all items may be tried: one after the other.
/// Source: Knuth, The Art of Computer Programming 3, 6.4 (Fibonacci hashing).
[[nodiscard]] std::size_t sample_block_start(const detail::dry_run_input& input,
                                             std::size_t sample_size,
                                             std::size_t index,
                                             std::size_t sampled_items,
                                             std::size_t block_items) noexcept;

/// What parallel_map would decide now. cause: none unless the map cannot be shared. O(log workers).
[[nodiscard]] policy::decision plan_decision(const policy::plan_basis& basis,
                                             policy::reason_code cause,
                                             const settings& with) noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
