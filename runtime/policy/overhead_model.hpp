// What waking workers and claiming chunks costs, learnt from every wake.
// Thread safety: immutable values and pure functions; the process-wide copy lives in the engine.
#pragma once

#include "runtime/policy/units.hpp"

#include <array>
#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// How the helpers are when a map thinks of asking for them; later ones come sooner.
enum class crew_state : std::size_t {
  absent,  ///< no thread was ever started: the first wake starts the back end
  asleep,  ///< parked in the kernel
  near,    ///< so lately active that the back end still spins: it has to be called
  awake,   ///< looking for maps: an open gate is enough
};
inline constexpr std::size_t crew_states = 4;

/// The costs a decision uses.
struct overheads {
  nanoseconds wake{0};   ///< tau: what asking for one helper costs the caller
  nanoseconds start{0};  ///< lambda: from asking until the helper can run an item
  nanoseconds claim{0};  ///< h: claiming one chunk
  nanoseconds setup{0};  ///< once, however many are asked for: starting the back end
};

/// Assumed until the first wake of this process has been measured. From a 2-CPU virtual machine
/// with oneTBB 2021.8, rounded up, so that a first map does not gamble.
inline constexpr std::array<overheads, crew_states> assumed_overheads{{
    {nanoseconds{30e3}, nanoseconds{200e3}, nanoseconds{40}, nanoseconds{120e3}},
    {nanoseconds{12e3}, nanoseconds{50e3}, nanoseconds{40}},
    {nanoseconds{1e3}, nanoseconds{2500}, nanoseconds{40}},
    {nanoseconds{200}, nanoseconds{1500}, nanoseconds{40}},
}};

/// An observation is not believed beyond so many times what is known: the machine was busy.
inline constexpr double most_of_others = 4.0;
/// For helpers who are near or awake, of whom there may be one observation in 10 us: a timer that
/// takes a CPU for 40 us comes every millisecond, and is no reason to let them sleep.
inline constexpr double most_of_awake = 1.5;

/// The new estimate after one more observation: moves a quarter of the way, and an observation
/// counts as at most `most` times the estimate, so that one preempted wake does not forbid sharing
/// for good. Total: any sample gives a finite result.
[[nodiscard]] nanoseconds learn(nanoseconds estimate,
                                nanoseconds sample,
                                double most = most_of_others) noexcept;

/// What an estimate is worth after nothing was observed for `age`: it goes back towards what is
/// assumed, half of the way in `half_life`. Else one wake on a busy machine, milliseconds long,
/// would forbid the very wakes that could correct it.
[[nodiscard, gnu::hot]] nanoseconds fade(nanoseconds estimate,
                                         nanoseconds assumed,
                                         nanoseconds age,
                                         nanoseconds half_life) noexcept;

/// How quickly bad news about helpers fades. Each wake that was worse than the faded estimate
/// promised doubles it: where a wake takes 150 us, whatever is assumed, one map of 100 us in three
/// would try.
[[nodiscard, gnu::hot]] nanoseconds fade_half_life(unsigned disappointments) noexcept;

/// Disappointments in a row, after one more wake.
[[nodiscard]] unsigned disappointments_after(unsigned before,
                                             nanoseconds promised,
                                             nanoseconds seen) noexcept;

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
