// One stream on its way: the composition root of streams. Asks policy, publishes batches, takes
// them back in order, fills the report.
// Thread safety: belongs to the thread that iterates the stream.
#pragma once

#include "runtime/clock.hpp"
#include "runtime/executor/crew.hpp"
#include "runtime/executor/shared_map.hpp"
#include "runtime/executor/stream_lane.hpp"
#include "runtime/map_report.hpp"
#include "runtime/policy/decision_history.hpp"
#include "runtime/policy/map_event.hpp"
#include "runtime/policy/stream_controller.hpp"
#include "runtime/settings.hpp"

#include <amorsize/detail/stream_run.hpp>
#include <amorsize/options.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

struct [[gnu::visibility("hidden")]] detail::stream_run::state {
  using nanoseconds = policy::nanoseconds;
  using reason_code = policy::reason_code;

  state(const options* how, const stream_body& of, const stream_pace* before, const clock& time_of);
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state();

  // --- inline: stream_run.cpp
  [[nodiscard]] std::size_t look_up(std::size_t items, std::size_t bytes);
  void close_block(std::size_t items) noexcept;
  bool open();  ///< for the n_jobs of the controller; false when that cannot be had
  [[nodiscard]] std::size_t await_helpers();
  void begin_sharing();

  // --- shared: stream_sharing.cpp
  [[nodiscard]] stream_batch* next(void* source);
  void take_back_handed_out();
  [[nodiscard]] stream_batch* find_finished();
  void pull(void* source);
  [[nodiscard]] bool is_at_end(void* source);
  void call_helpers(nanoseconds now) noexcept;
  void run_one(std::uint64_t number);
  void wait_for_oldest() noexcept;
  void beat(nanoseconds now);
  void throw_failure(std::uint64_t number);
  /// Sends the helpers away. Nobody is inside afterwards, and no batch is in flight.
  void close() noexcept;
  [[noreturn]] void cancel();
  void keep_account_of_workers() noexcept;

  // --- what is in flight: stream_window.cpp
  [[nodiscard]] bool may_pull();
  [[nodiscard]] bool fits(std::size_t items);
  void read_limit();
  [[nodiscard]] stream_batch* room_for(std::size_t items) noexcept;
  void put_back(stream_batch * batch, std::size_t reserved, std::size_t beyond_slots) noexcept;
  void clear_kept() noexcept;

  // --- progress and report: stream_telling.cpp
  void show(nanoseconds now);
  void show_if_due(nanoseconds now);
  void warn(const char* sentence);
  void note_decision(nanoseconds now) noexcept;
  void deliver_once() noexcept;
  [[nodiscard]] map_outcome outcome();
  /// Something of the calling thread that began at `from` and ends now, for whoever records.
  void note(policy::event_kind kind,
            nanoseconds from,
            nanoseconds until,
            std::size_t first,
            std::size_t items) const noexcept;
  void log_events() noexcept;

  /// By options::memory_limit.
  [[nodiscard]] bool is_limited() const noexcept {
    return with.how != nullptr && with.how->memory_limit > 0;
  }
  [[nodiscard]] std::size_t in_flight() const noexcept {
    return lane ? static_cast<std::size_t>(lane->published() - head) : 0;
  }
  [[nodiscard]] bool is_stopped() const noexcept {
    return watched && with.how->stop.stop_requested();
  }

  const clock& time;
  stream_body body;
  settings with;
  policy::stream_controller controller;
  policy::decision_history history;
  bool watched = false;  ///< a stop may be requested
  bool shows = false;    ///< somebody wants to see progress
  bool by_completion = false;
  policy::event_recorder record = nullptr;  ///< null: nobody looks
  std::uint64_t map_id = 0;                 ///< given when somebody looks
  policy::event_kind ended = policy::event_kind::map_done;

  nanoseconds began{0};
  nanoseconds last{0};  ///< newest reading
  nanoseconds shown{0};
  std::size_t until_clock = 0;  ///< inline items until the clock is read, when each is looked at
  std::size_t since_clock = 0;
  thread_usage used{};            ///< by this thread, when it was asked last
  nanoseconds used_at{0};         ///< when that was
  bool measures_block = false;    ///< the present inline block began then
  executor::usage_watch watch{};  ///< of the batches that this thread runs
  bool awaits_helpers = false;    ///< called, and inline until one is there
  std::size_t given = 0;          ///< to the callable
  std::size_t delivered = 0;      ///< without those of the batch handed out
  bool has_ended = false;
  bool is_delivered = false;  ///< the report
  bool is_over = false;       ///< finished, failed or abandoned

  // Shared. The slots outlive the gate; declared before what refers to them.
  std::vector<stream_batch*> spare;
  /// Delivered, but not destroyed yet; what they reserved is still counted.
  struct kept_batch {
    stream_batch* batch;
    std::size_t reserved;
  };
  std::vector<kept_batch> kept;
  std::unique_ptr<executor::stream_lane> lane;
  executor::crew* crew = nullptr;
  executor::shared_map* map = nullptr;
  std::uint64_t head = 0;  ///< the oldest batch that is not taken back
  std::optional<std::uint64_t> handed_out;
  std::exception_ptr source_error;
  bool out_of_memory = false;
  std::size_t item_bytes = 0;   ///< what one item and its result take, at most, as seen lately
  bool is_measured = false;     ///< has the size of any result been seen?
  std::size_t bytes = 0;        ///< reserved by what is in flight
  std::size_t bytes_limit = 0;  ///< 0 = not asked for yet
  nanoseconds limit_read{0};    ///< when it was, without options::memory_limit

  nanoseconds beat_began{0};
  std::size_t beat_delivered = 0;
  nanoseconds caller_own{0};  ///< source and consumer, since the beat began
  nanoseconds call_again_at{0};

  // For the report.
  bool was_shared = false;
  nanoseconds shared_wall{0};
  nanoseconds shared_from{0};
  nanoseconds called{0};  ///< when helpers were called last
  std::size_t shared_items = 0;
  std::size_t delivered_at_opening = 0;
  nanoseconds wake{0};
  nanoseconds first_start{0};
  std::size_t inline_items = 0;
  nanoseconds inline_busy{0};
  std::vector<nanoseconds> workers_busy;
  std::vector<std::string> warnings;
};

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
