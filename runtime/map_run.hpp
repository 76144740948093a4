// One call of parallel_map on the thread that made it: alone first, shared if that pays, reported
// at the end. The composition root: asks policy, drives the executor, fills the report. Thread
// safety: belongs to the calling thread.
#pragma once

#include "runtime/clock.hpp"
#include "runtime/executor/crew.hpp"
#include "runtime/executor/lowest_exception.hpp"
#include "runtime/executor/share.hpp"
#include "runtime/executor/shared_map.hpp"
#include "runtime/map_report.hpp"
#include "runtime/policy/controller.hpp"
#include "runtime/policy/decision_history.hpp"
#include "runtime/policy/map_event.hpp"
#include "runtime/policy/memory_ceiling.hpp"
#include "runtime/policy/remaining_time.hpp"
#include "runtime/probe/cgroup_text.hpp"
#include "runtime/report_delivery.hpp"
#include "runtime/settings.hpp"

#include <amorsize/detail/engines.hpp>
#include <amorsize/options.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

class map_run {
  using nanoseconds = policy::nanoseconds;
  using decision = policy::decision;
  using reason_code = policy::reason_code;

 public:
  /// All three outlive the run.
  [[gnu::hot]] map_run(const detail::map_request& request,
                       const settings& with,
                       const clock& time) noexcept;

  /// Runs every item, delivers the report, throws what the map throws. Once.
  [[gnu::hot]] void run();

  /// The newest reading of the clock.
  [[nodiscard]] nanoseconds last_reading() const noexcept { return last_; }

 private:
  struct stop_alone_action {
    std::atomic<std::size_t>* limit;
    void operator()() const noexcept { limit->store(0, std::memory_order_relaxed); }
  };
  /// What the calling thread had used, and done, when it was asked.
  struct usage_reading {
    thread_usage usage;
    nanoseconds when;
    double nested;  ///< work of helpers of nested maps, nanoseconds
    std::size_t items;
  };
  using alone_callback = std::stop_callback<stop_alone_action>;

  // --- alone: map_run.cpp
  [[gnu::hot]] void dispatch();
  void decide_serial(reason_code why);
  /// The next block on the calling thread. False when that was the last one.
  [[gnu::hot]] bool run_block();
  void run_alone(reason_code why);
  /// What the system says about the items run since the last time it was asked: whether they wait.
  [[nodiscard]] policy::usage_sample ask_for_usage(nanoseconds now) noexcept;
  [[gnu::hot]] void run_adaptive();
  [[nodiscard]] bool agrees_with_memory(nanoseconds cost) const noexcept;
  /// Looks at what waking costs and what may be used. True when the map is to be shared.
  [[gnu::hot]] bool ask_for_helpers();
  /// The same for a map too short for helpers that sleep, one of a series of maps.
  [[gnu::hot]] bool ask_for_series(executor::crew& crew,
                                   policy::crew_state state,
                                   const policy::overheads& costs);
  /// Wakes one helper although this map is too short for it. later: what helpers will cost the maps
  /// that follow.
  bool share_for_series(executor::crew& crew, nanoseconds gap, const policy::overheads& later);
  /// Records the decision in force if it differs from the last one recorded.
  void note_decision() noexcept;
  /// While it lives, a stop request ends the current block of the calling thread.
  void watch_alone(std::optional<alone_callback>& callback);

  // --- shared: map_sharing.cpp
  /// Finds a place for the shared part. False: there is none, the map goes on alone.
  bool place_map(const decision& made) noexcept;
  void lay_out(nanoseconds cost, nanoseconds claim) noexcept;
  void share_adaptive();
  void share_fixed();
  /// Runs everything that is left in the place taken, and gives it back.
  void share(std::size_t n_jobs, std::size_t head_start = 0);
  /// What may be used by now: called by the holder of the beat, on any worker's thread.
  [[nodiscard]] bool look_around(nanoseconds now) noexcept;
  /// Has this process had to wait for its quota since the last call? Likewise.
  [[nodiscard]] bool was_throttled() noexcept;
  /// The same for memory, if the items are long. workers: that run now, 0 = nobody.
  [[nodiscard]] bool look_at_memory(nanoseconds now, std::size_t workers) noexcept;
  /// What this wake teaches about helpers in that state.
  void learn_from_wake(policy::crew_state state,
                       const decision& made,
                       nanoseconds elapsed) noexcept;
  /// Takes over what the seats hold, then gives the place back. Nobody is inside.
  void close_books() noexcept;
  void keep_busy_times() noexcept;

  // --- progress and report: map_telling.cpp
  void tick(nanoseconds now);
  void call_progress(nanoseconds now);
  void warn(const char* sentence);
  /// Something that began at `began` and ends now, for whoever records.
  void note(policy::event_kind kind,
            nanoseconds began,
            nanoseconds ended,
            std::size_t first,
            std::size_t items) const noexcept;
  void log_decisions() noexcept;
  void end_report() noexcept {
    if (was_shared_ || last_ - began_ >= logged_from || with_.reported()) {
      tell_end();
    }
  }
  /// To the log, and to whoever wants a report.
  void tell_end() noexcept;
  [[nodiscard]] map_outcome outcome();
  /// From where on it is told whether the callable waits: once, where the clock is read anew
  /// anyway, if so much work makes that worth a system call.
  void look_at_thread(nanoseconds work) noexcept;
  void add_waiting_warning(const map_outcome& seen);

  const detail::map_request& request_;
  const settings& with_;
  const clock& time_;
  nanoseconds began_;
  nanoseconds last_;  ///< newest reading
  policy::controller controller_;
  std::optional<policy::memory_ceiling> memory_;  ///< once somebody has looked
  std::optional<probe::throttling> throttling_;   ///< as last read; empty: there is no quota
  probe::throttling throttled_{};                 ///< while this map ran
  policy::decision_history history_;
  policy::event_recorder record_ = nullptr;  ///< null: nobody looks
  std::uint64_t map_id_ = 0;                 ///< given when somebody looks
  policy::event_kind ended_ = policy::event_kind::map_done;
  nanoseconds deciding_{0};         ///< on the calling thread, wakes excluded; 0 when nobody looks
  std::size_t chunksize_told_ = 0;  ///< in progress; the history belongs to the holder of the beat
  bool watched_ = false;            ///< a stop may be requested
  bool reports_progress_ = false;
  bool was_shared_ = false;
  bool looks_for_waits_ = false;
  unsigned long thread_ = 0;            ///< that called the map
  std::optional<usage_reading> asked_;  ///< the last time
  double touched_ = policy::not_told;   ///< bytes that an item of the caller's touched anew at most
  bool in_series_ = false;              ///< long enough that helpers who are awake could serve it
  std::size_t done_ = 0;                ///< completed alone, from the front
  std::size_t items_shared_ = 0;        ///< completed while shared
  std::size_t given_beyond_ = 0;        ///< given to the callable, but it threw
  nanoseconds busy_alone_{0};
  nanoseconds busy_shared_{0};  ///< of all workers, the caller included
  nanoseconds shared_from_{0};
  nanoseconds cost_before_{0};  ///< per item, while no helper had come yet; 0 = too short to tell
  std::size_t workers_ = 0;     ///< that ran items, while somebody wants to know
  nanoseconds last_progress_{0};
  std::optional<policy::remaining_time> eta_;  ///< from the first call of on_progress on
  executor::wake_observation woken_{};
  executor::shared_map* map_ = nullptr;
  std::optional<executor::crew::presence> presence_;
  struct thread_look {
    thread_usage used{};
    nanoseconds busy{0};  ///< inside the callable until then
  };
  std::optional<thread_look> thread_before_;  ///< the calling thread, for a report
  std::vector<nanoseconds> helpers_busy_;
  std::vector<std::string> warnings_;
  /// Written by a stop request on any thread, read by the body before each item: relaxed, the items
  /// before it are this thread's own.
  std::atomic<std::size_t> alone_limit_{executor::lowest_exception::nothing};
};

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
