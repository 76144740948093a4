// Decides n_jobs and chunksize from what has been observed. Ask with next(), tell with observe().
//
//   alone ──consider()──> sharing ──observe(beat)──> sharing with other n_jobs (1 included)
//     ^ └─observe(block)─┘
//
// While the calling thread works alone it asks next_block() how far to run before looking at the
// clock again, and tells what that block cost. As soon as what is left is long enough to be worth a
// look at the machine, the engine passes in what waking costs and what may be used, and the
// decision may become a shared one. From then on beats decide. Thread safety: thread-compatible;
// ticked by whichever worker holds the beat. Reads no clock, takes no lock, never allocates.
#pragma once

#include "runtime/policy/calls_alone.hpp"
#include "runtime/policy/capacity.hpp"
#include "runtime/policy/chunk_sample.hpp"
#include "runtime/policy/cost_estimate.hpp"
#include "runtime/policy/decision.hpp"
#include "runtime/policy/makespan.hpp"
#include "runtime/policy/memory_ceiling.hpp"
#include "runtime/policy/overhead_model.hpp"
#include "runtime/policy/throughput_climb.hpp"
#include "runtime/policy/units.hpp"
#include "runtime/policy/waiting_climb.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Work predicted to take less than this runs to its end without another look at the clock.
inline constexpr nanoseconds negligible{1e3};
/// The first block when the site's cost is remembered: long against the clock, short against a map
/// that can be shared.
inline constexpr nanoseconds first_block{1e3};
/// With helpers awake, no more than this part of the map.
inline constexpr double brief_fraction = 1.0 / 16.0;
/// Blocks alone grow at most so much at a time: a first item can be a thousand times cheaper or
/// dearer than the rest.
inline constexpr std::size_t block_growth = 8;
/// After one longer than negligible: where costs rise evenly, eight times the items take 64 times
/// as long.
inline constexpr std::size_t long_block_growth = 4;
/// Blocks alone are no longer than this, so that a cost that rises in the middle is noticed.
inline constexpr nanoseconds longest_block{50e3};
/// Nothing shorter is ever shared: even an awake helper takes a microsecond or two to begin, and
/// what could be saved is less than what deciding about it costs.
inline constexpr nanoseconds worth_asking_from{3e3};
/// A call known to last less than this is one block: two clock readings, and no questions. Above, a
/// microsecond is measured first, and what is left can still be worth asking.
inline constexpr nanoseconds one_block_below{4e3};
/// Once the gate has refused, it is asked again only when what is left has grown by this factor.
inline constexpr double grown_enough = 1.2;

/// Where there was one CPU, the machine is asked again after so long.
inline constexpr nanoseconds ask_interval{500e3};

/// First blocks that are not believed at once are confirmed by later ones of so much together: a
/// second item was measured at twenty times what those after it took.
inline constexpr nanoseconds believed_from{1e3};
/// Items remembered as that long may be shared before the first of them ran.
inline constexpr nanoseconds long_item{100e3};
inline constexpr double agreement = 2.0;

/// Is a whole call at a site with this memory one block? Two clock readings are all it should see.
[[nodiscard]] constexpr bool is_one_block(std::size_t items, nanoseconds remembered_cost) noexcept {
  return remembered_cost.count() > 0.0 && remembered_cost * number(items) < one_block_below;
}

/// So often the surroundings of a shared map are looked at: affinity mask, quota.
inline constexpr nanoseconds look_interval{20e6};

/// What the caller of the map fixed or bounded.
struct limits {
  std::size_t max_jobs = 0;       ///< 0 = no limit
  std::size_t chunksize = 0;      ///< 0 = free
  nanoseconds chunk_duration{0};  ///< 0 = free
  nanoseconds prepared{0};        ///< serial time already spent, see serial_gate
};

class controller {
 public:
  /// remembered_cost: per item, from an earlier call; 0 = none. It sizes the first block, and
  /// stands for it until there is a second one, if the first is within a factor of two. Items
  /// remembered as longer than long_item, and maps for which helpers are near or awake, may be
  /// shared before the first item has run. If the memory is wrong that costs one wake-up; if it is
  /// right, a map of two such items takes half the time.
  [[gnu::hot]] controller(std::size_t items,
                          const limits& bounds,
                          nanoseconds remembered_cost) noexcept;

  /// Items the calling thread runs next, alone. At least 1 while items are left. O(1).
  [[nodiscard, gnu::hot]] std::size_t next_block() const noexcept;
  /// Must the block be timed? Not when the call is known to be over with it in no time.
  [[nodiscard]] bool is_timed() const noexcept { return timed_; }
  [[gnu::hot]] void observe(const chunk_sample& sample) noexcept;
  /// What the system says about blocks that were observed.
  void observe_usage(const usage_sample& sample) noexcept;

  /// Helpers are near or awake. on_memory: they may be asked on nothing but the site's memory,
  /// which risks a microsecond; measuring first would cost as much of a map that lasts a few. Else
  /// the first block is a small part of such a map, so that what is left is still worth sharing.
  /// Before the first block.
  void expect_helpers_awake(bool on_memory) noexcept {
    (on_memory ? shares_on_memory_ : measures_briefly_) = true;
  }

  /// In the call before helpers were of use: that they hinder each other now is not looked into
  /// before trusted_for. Before start_sharing().
  void trust_helpers() noexcept { trusts_helpers_ = true; }

  /// In earlier calls helpers were of no use: none are asked for before first_retry_at_site. Before
  /// the first block.
  void begin_alone() noexcept {
    ask_again_at_ = first_retry_at_site;
    decision_.reason = reason_code::no_speedup_before;
  }

  /// Is what is left long enough, for helpers in their present state, that consider() could decide
  /// to share? Asked before the first block and after every one, so that most calls look no
  /// further.
  [[nodiscard, gnu::hot]] bool worth_asking(const overheads& costs) const noexcept;
  /// Can so many workers do it, before anybody is asked how many there may be now? Below 2 = not
  /// known.
  [[nodiscard, gnu::hot]] bool could_pay(const overheads& costs,
                                         std::size_t most_workers) const noexcept;
  /// Decides whether to share what is left, and with how many.
  void consider(const overheads& costs, const capacity& where) noexcept;

  /// What sharing the rest with one helper of such costs would save; 0 = it would not be shared.
  [[nodiscard, gnu::hot]] nanoseconds saving(const overheads& costs) const noexcept;
  /// Shares the rest although it is too short for helpers that sleep: for the maps that follow.
  /// costs: of helpers as those will find them.
  void consider_series(const overheads& costs, const capacity& where) noexcept;

  /// The helpers have been asked for.
  void start_sharing(nanoseconds now) noexcept;
  /// One beat of the shared map. Returns true when next() has changed.
  [[nodiscard]] bool observe(const beat_sample& sample) noexcept;

  /// May more workers than now be decided on? Then beats tell serial_left.
  [[nodiscard]] bool may_add() const noexcept;
  /// When the next beat is due, from the end of this one. elapsed: since the map began.
  [[nodiscard]] nanoseconds beat_length(nanoseconds elapsed) const noexcept;

  /// The calling thread may use so many CPUs by now. Returns true when next() has changed: fewer at
  /// once, more if that is predicted to pay.
  [[nodiscard]] bool adapt(std::size_t cpus, nanoseconds now) noexcept;

  /// So many workers at most fit into the memory. Returns true when next() has changed: fewer at
  /// once; more come as for any other reason.
  [[nodiscard]] bool bound_by_memory(std::size_t most, nanoseconds now) noexcept;
  /// Are the items long enough, and enough of them left, to look at what they take?
  [[nodiscard]] bool looks_at_memory() const noexcept {
    return time_left() >= look_interval && time_left() >= memory_item * number(items_left());
  }

  /// Is what is left long enough to ask again for a helper that has gone (another map needed it)?
  [[nodiscard]] bool worth_waking() const noexcept;

  /// What n_jobs may become at most, if the items turn out to wait.
  [[nodiscard]] std::size_t room_jobs() const noexcept { return room_jobs_; }

  /// The decision in force.
  [[nodiscard]] const decision& next() const noexcept { return decision_; }
  [[nodiscard]] nanoseconds cost() const noexcept { return cost_.cost(); }
  /// What an item was measured to cost: alone, if that was compared, else what the workers took,
  /// but not while they waited, for each other perhaps; 0 = nothing was measured. shared: what was
  /// shared, where no beat told of it.
  [[nodiscard]] nanoseconds measured_cost(const work_sample& shared) const noexcept;
  /// Only what a comparison measured while helpers were away; 0 = there was none.
  [[nodiscard]] nanoseconds compared_cost() const noexcept {
    const double rate = climb_.compared_rate();
    return nanoseconds{rate > 0.0 ? 1.0 / rate : 0.0};
  }
  /// The same for the next call; none where the workers took much longer than one had taken alone
  /// and no comparison said why: the items may have become dearer or be in each other's way.
  [[nodiscard]] std::optional<nanoseconds> cost_to_remember(
      const work_sample& shared) const noexcept;
  /// What this map has shown about helpers.
  [[nodiscard]] helpers_were verdict() const noexcept;
  [[nodiscard]] double spread() const noexcept { return cost_.spread(); }
  [[nodiscard]] std::size_t items_left() const noexcept { return items_ - done_; }
  /// Predicted for one worker alone.
  [[nodiscard, gnu::hot]] nanoseconds time_left() const noexcept;
  /// Before the first block: are the items remembered as so long that asking the system what they
  /// use costs nothing?
  [[nodiscard]] bool asks_for_usage() const noexcept { return remembered_ >= waiting_item; }

 private:
  [[nodiscard, gnu::hot]] nanoseconds expected_cost() const noexcept;
  [[gnu::hot]] void observe_cost(std::size_t items, nanoseconds busy) noexcept;
  [[nodiscard, gnu::hot]] bool is_believable() const noexcept;
  /// Does what was measured in this call, against what earlier ones remember?
  [[nodiscard, gnu::hot]] bool agrees_with_memory() const noexcept;
  void size_chunks() noexcept;
  /// decision_.n_jobs workers are in force from now on: do they help?
  void start_climb(double rate_alone, nanoseconds now) noexcept;
  [[nodiscard]] std::size_t fitting(std::size_t n_jobs) const noexcept {
    return memory_jobs_ > 0 ? std::min(n_jobs, memory_jobs_) : n_jobs;
  }
  /// Workers to begin with: siblings of cores that are busy already have to prove themselves.
  [[nodiscard]] std::size_t first_limit(std::size_t limit) const noexcept {
    const std::size_t cores = std::max<std::size_t>(2, cores_);
    return cores_ > 0 && decision_.n_jobs <= cores ? std::min(limit, cores) : limit;
  }
  [[nodiscard]] waiting_climb::bounds waiting_bounds() const noexcept;
  [[nodiscard]] bool begin_waiting(const remaining_work& work) noexcept;
  [[nodiscard]] bool follow_waiting(const beat_sample& sample) noexcept;
  [[nodiscard]] bool raise_if_longer(const beat_sample& sample) noexcept;
  [[nodiscard]] bool raise(reason_code why, const remaining_work& work, nanoseconds now) noexcept;

  std::size_t items_;
  limits bounds_;
  std::size_t done_ = 0;
  std::size_t last_block_ = 0;
  nanoseconds remembered_;
  bool timed_ = true;
  bool trusts_helpers_ = false;
  bool shares_on_memory_ = false;
  bool measures_briefly_ = false;
  nanoseconds shared_at_{0};     ///< since the map began
  nanoseconds now_{0};           ///< end of the newest block
  nanoseconds ask_again_at_{0};  ///< there was one CPU; there may be more by then
  nanoseconds refused_{0};       ///< time left when the gate last refused; 0 = it did not
  cost_estimate cost_;
  nanoseconds measured_{0};  ///< by cost_, or what is remembered where that is as good a guess
  std::optional<usage_sample> used_alone_;  ///< by the items before anything was shared
  nanoseconds shared_cost_{0};              ///< as known when the map was shared
  throughput_climb climb_;
  /// From the first beat on: making one costs 50 instructions.
  std::optional<waiting_climb> waiting_;
  std::size_t cpus_ = 0;         ///< as last told
  std::size_t cores_ = 0;        ///< fewer than CPUs; 0 = as many
  std::size_t room_jobs_ = 0;    ///< what n_jobs may become at most, if the items wait
  std::size_t memory_jobs_ = 0;  ///< that fit; 0 = nothing is known
  overheads costs_{};
  decision decision_{};
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
