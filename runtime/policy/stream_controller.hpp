// Decides for a stream, whose length nobody knows: inline or handed over, among how many, in what
// batches, with how large a window.
//
//            worth_trying()                    rate not higher
//   inline ───────────────────> trying ──────────────────────────> inline (back-off doubles)
//     ^                           │ rate higher
//     │ a short comparison        v
//     └──────────────────────── shared (n_jobs = c / g + 1, re-estimated each beat)
//
// The rate is what counts: items handed out per second, with everything that happens between two of
// them, the consumer's own work too. Nothing else sees locks, copies, cold caches at once.
//
// Items that wait are shared among more workers than CPUs, as in a map (waiting_climb.hpp); no more
// than the calling thread can feed.
// Thread safety: thread-compatible, the calling thread's. Reads no clock, takes no lock, allocates
// nothing; every input gives a defined result.
#pragma once

#include "runtime/policy/capacity.hpp"
#include "runtime/policy/chunk_sample.hpp"
#include "runtime/policy/decision.hpp"
#include "runtime/policy/overhead_model.hpp"
#include "runtime/policy/units.hpp"
#include "runtime/policy/waiting_climb.hpp"

#include <cstddef>
#include <optional>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Inline, the clock is read about so often: that and what it leads to, 50 ns, is half a per cent.
inline constexpr nanoseconds inline_block{10e3};
/// Blocks inline grow at most so much at a time.
inline constexpr std::size_t inline_growth = 8;
/// A batch should take a worker so long, unless options::target_chunk_duration says otherwise.
inline constexpr nanoseconds batch_duration{30e3};
/// All workers claim from one word: beyond so many of them batches last longer, up to the latter.
/// (64 workers with batches of 20 us claimed one in sixty tries, and took 12 x the bound.)
inline constexpr std::size_t many_workers = 16;
inline constexpr nanoseconds longest_batch{120e3};
/// Nor should the source take much longer than this to yield one: what is in a batch that is not
/// full waits for what comes after it.
inline constexpr nanoseconds longest_filling{50e3};
/// Batches grow at most so much at a time; they shrink at once.
inline constexpr std::size_t batch_growth = 4;
inline constexpr std::size_t most_batch_items = 16384;
/// Two or three of them fit a second-level cache, and their memory comes from the heap for good.
inline constexpr std::size_t most_batch_bytes = 65536;
/// Batches in flight per worker at first, and at most. The window is doubled whenever all other
/// work is done and the oldest batch is not: a laggard. Halved after some beats without one: a
/// helper that was off its CPU once must not make the stream read megabytes ahead for good.
inline constexpr std::size_t first_window = 4;
inline constexpr std::size_t most_window = 128;
/// Results of a batch that own so much together are large: a batch and a half in flight per worker
/// at first, which keep each other busy. What else is in flight leaves the second-level cache
/// before it is handed out, and lets the allocator give pages back and ask for them again. (64 KB
/// after 10 us: 3 batches 0.57 x the plain loop, 4 0.65 x, 5 to 8 slower than the loop: 20 us more
/// for each result. Batches that last longer than the bound do not feel it.)
inline constexpr std::size_t large_results = 16384;
inline constexpr nanoseconds quick_batch{100e3};
inline constexpr std::size_t first_window_of_large = 3;  ///< of two workers
/// How long one beat is, at least, and a comparison inline.
inline constexpr nanoseconds shortest_stream_beat{300e3};
/// Sharing must be faster by this factor, else it is not worth the CPUs it takes.
inline constexpr double worthwhile_rate = 1.05;

/// Handing over costs a few nanoseconds per item, five and more where the caches are far apart:
/// below this cost it is ever less likely to be repaid, and a trial waits until that much more has
/// been done, by the third power. A trial that is lost takes about a millisecond where a thread has
/// to be made; it may be a twentieth of what was done, which this is from 10 ns down.
inline constexpr nanoseconds surely_shareable{30.0};
/// Per item; 0 when nothing was done. Pure, total.
[[nodiscard]] inline nanoseconds per_item(nanoseconds time, std::size_t items) noexcept {
  return items == 0 ? nanoseconds{0} : sane(time) / static_cast<double>(items);
}

/// What the calling thread did inline: the work that two blocks in a row agree upon, so that one
/// block in which the thread was preempted does not count. Pure, total.
struct inline_progress {
  nanoseconds cost{0};      ///< per item, of the newest block
  nanoseconds believed{0};  ///< sum over blocks of items x (the smaller cost of two neighbours)
  std::size_t block = 1;    ///< items until the next look at the clock

  void observe(std::size_t items, nanoseconds wall) noexcept;
};

/// May the thread have been off its CPU in a block that took much longer than the one before?
enum class preemption { possible, excluded };

struct stream_limits {
  std::size_t n_jobs = 0;         ///< exactly; 0 = free
  std::size_t max_jobs = 0;       ///< 0 = no limit
  std::size_t batch_items = 0;    ///< exactly; 0 = free
  nanoseconds batch_duration{0};  ///< 0 = free
};

/// One beat of a stream that is handed over.
struct stream_beat {
  std::size_t items = 0;      ///< handed out
  nanoseconds wall{0};        ///< how long that took
  nanoseconds caller_own{0};  ///< of it, source and consumer: what nobody else can do
  nanoseconds finished{0};    ///< end of the beat, since the stream began
  bool helped = false;        ///< a helper was there
  std::size_t present = 1;    ///< workers inside at its end, the calling thread included
  usage_sample usage{};       ///< of the items about which somebody asked
};

class stream_controller {
 public:
  explicit stream_controller(const stream_limits& bounds) noexcept : bounds_(bounds) {}

  // --- inline
  /// What was done before this controller was asked.
  void resume(const inline_progress& before) noexcept {
    alone_ = before;
    alone_rate_cost_ = before.cost;
  }
  /// Did the block take so much longer than its neighbour lets expect that it is worth asking the
  /// system whether the thread was preempted?
  [[nodiscard]] bool is_outlier(std::size_t items, nanoseconds wall) const noexcept;
  /// A block that the calling thread processed itself. Outliers count only when they are the items'
  /// own: laggards.
  void observe_inline(std::size_t items, nanoseconds wall, preemption off) noexcept;
  /// What the system says about such a block: do items wait?
  void observe_usage(const usage_sample& seen) noexcept;
  /// Items that the calling thread processes until its next look at the clock.
  [[nodiscard]] std::size_t inline_items() const noexcept;
  /// Has enough been done inline that helpers of such cost may be tried? A stream that has lasted
  /// so long is taken to last as long again.
  [[nodiscard]] bool worth_trying(const overheads& costs) const noexcept;
  /// Decides; true when the stream is shared from now on.
  bool start(const overheads& costs, const capacity& where, nanoseconds now) noexcept;
  /// Helpers were called and did not come.
  void give_up(nanoseconds now) noexcept { go_inline(reason_code::workers_busy, now); }
  /// Does handing over before a helper is there cost more than the helper's waiting? Then the
  /// calling thread goes on inline until one has come.
  [[nodiscard]] bool waits_inline() const noexcept { return alone_rate_cost_ < inline_block; }
  /// n_jobs is fixed: shared from the first item.
  void start_fixed(std::size_t n_jobs) noexcept;
  /// Inline for good, for that reason.
  void refuse(reason_code why) noexcept;

  // --- shared
  /// owned: bytes that the results of the batch own beyond their slots.
  void observe_batch(std::size_t items, nanoseconds busy, std::size_t owned) noexcept;
  void observe_filling(std::size_t items, nanoseconds took) noexcept;
  [[nodiscard]] nanoseconds beat_length() const noexcept;
  /// True when next() has changed.
  bool observe(const stream_beat& beat) noexcept;
  /// Items of the next batch; bytes: what an item and its result take, limit: what all that is in
  /// flight may take. At least 1.
  [[nodiscard]] std::size_t batch_items(std::size_t bytes, std::size_t limit) const noexcept;
  /// What batch_items() was for a batch, for the report.
  void note_batch_items(std::size_t items) noexcept { decision_.chunksize = items; }
  /// Batches that may be in flight.
  [[nodiscard]] std::size_t window() const noexcept;
  /// Nothing else is left to do, and the oldest batch is not done: after so long it is a laggard.
  [[nodiscard]] nanoseconds laggard_after() const noexcept;
  /// It keeps all others waiting.
  void note_laggard() noexcept;

  [[nodiscard]] const decision& next() const noexcept { return decision_; }
  [[nodiscard]] bool is_refused() const noexcept { return is_refused_; }
  [[nodiscard]] bool is_shared() const noexcept { return decision_.n_jobs > 1; }
  /// The most workers that it may come to want until it is inline again.
  [[nodiscard]] std::size_t room() const noexcept { return room_jobs_; }
  [[nodiscard]] nanoseconds cost() const noexcept { return cost_; }
  /// Per item, inline: callable, source and consumer together.
  [[nodiscard]] nanoseconds cost_alone() const noexcept { return alone_rate_cost_; }

 private:
  [[nodiscard]] bool is_cheap_trial() const noexcept {
    const bool was_dear_inline = alone_rate_cost_ >= surely_shareable;
    const bool is_dear = typical_ == nanoseconds{0} || typical_ >= surely_shareable;
    return is_trial_ && !(was_dear_inline && is_dear);
  }
  void forget_cheaper(std::size_t items, nanoseconds believed) noexcept;
  void go_inline(reason_code why, nanoseconds now) noexcept;
  /// True when the trial has just been won; is_shared() tells whether it goes on otherwise.
  bool judge_trial(bool is_rising, nanoseconds now) noexcept;
  [[nodiscard]] bool wants_comparison() noexcept;
  [[nodiscard]] waiting_climb::bounds waiting_bounds() const noexcept {
    return {most_workers_, room_jobs_};
  }
  [[nodiscard]] bool is_beyond_cpus() const noexcept { return waiting_ && waiting_->is_active(); }
  [[nodiscard]] bool begin_waiting() noexcept;
  [[nodiscard]] bool seems_to_wait() const noexcept;
  [[nodiscard]] bool follow_waiting(const stream_beat& beat) noexcept;
  [[nodiscard]] std::size_t fed_workers(const stream_beat& beat, nanoseconds mean) noexcept;

  stream_limits bounds_;
  decision decision_{};
  inline_progress alone_{};
  nanoseconds recent_{0};           ///< inline work, what is longer ago counting less
  double recent_items_ = 0.0;       ///< done in it
  nanoseconds alone_rate_cost_{0};  ///< per item, of these two
  struct {
    std::size_t blocks = 0;
    double items = 0.0;
    nanoseconds time{0};
  } risen_{};                       ///< the newest inline blocks, if all were dearer than that
  nanoseconds tried_at_cost_{0};    ///< inline cost when sharing was last found useless
  nanoseconds believed_before_{0};  ///< of alone_, when the present inline phase began
  nanoseconds patience_{0};         ///< inline work before the next trial; 0 = as overheads say
  nanoseconds lost_{0};             ///< by the present trial, or the last one
  nanoseconds cost_{0};             ///< inside the callable, per item; up at once, for batch sizes
  nanoseconds typical_{0};          ///< the same as most batches have it, laggards left out
  nanoseconds before_{0};           ///< of the batch before
  nanoseconds beat_busy_{0};        ///< inside the callable, since the last beat, laggards included
  double beat_items_ = 0.0;         ///< done in it
  nanoseconds judged_alone_{0};     ///< what the latest beats' items would have taken inline
  nanoseconds judged_shared_{0};    ///< and did take
  double trial_rate_ = 0.0;         ///< of the trial's last beat, against inline
  nanoseconds shared_cost_{0};      ///< the same, when sharing was last found useful
  nanoseconds filling_{0};          ///< source, per item
  std::size_t batch_ = 1;
  std::size_t window_per_worker_ = first_window;
  bool are_large_ = false;                ///< the results of the batch that was observed last
  std::size_t most_workers_ = 1;          ///< that the CPUs get
  std::size_t room_jobs_ = 1;             ///< that there may be where items wait
  usage_sample used_alone_{};             ///< by inline items
  usage_sample used_shared_{};            ///< by the others, since sharing began
  bool may_wait_ = false;                 ///< could there be more workers than CPUs?
  std::optional<waiting_climb> waiting_;  ///< while shared, of items that were seen to wait inline
  std::size_t compared_jobs_ = 2;         ///< n_jobs before the comparison that is under way
  nanoseconds own_{0};      ///< the calling thread's own part, what is longer ago counting less
  double own_items_ = 0.0;  ///< handed out in it
  std::size_t beats_ = 0;   ///< since the present trial began
  std::size_t compare_after_ = 0;   ///< beats
  std::size_t helpless_beats_ = 0;  ///< no helper has come yet
  std::size_t beats_without_laggard_ = 0;
  bool is_trial_ = false;
  bool is_fixed_ = false;
  bool is_refused_ = false;
  bool is_comparing_ = false;  ///< inline for a short time, to compare
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
