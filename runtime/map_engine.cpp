// The random-access map: asks the policy, drives the executor, fills the report.
#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <stop_token>

#include <amorsize/detail/engines.hpp>
#include <amorsize/errors.hpp>
#include <amorsize/options.hpp>

#include "runtime/executor/share.hpp"
#include "runtime/executor/worker_loop.hpp"
#include "runtime/insight/decision_log.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/map_report.hpp"
#include "runtime/policy/chunk_size.hpp"
#include "runtime/policy/controller.hpp"
#include "runtime/policy/decision_history.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/process.hpp"
#include "runtime/report_delivery.hpp"
#include "runtime/settings.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using policy::decision;
using policy::nanoseconds;
using policy::reason_code;

/// A site whose calls last less than this runs most of them without the clock.
inline constexpr nanoseconds untimed_call{1e3};
/// What a site remembers changes only when the estimate has moved by more than this.
inline constexpr double remembered_change = 0.1;
/// One call in 33 to 64 of a tiny site is timed; varied, so that sites called in turn all get theirs.
inline constexpr std::uint32_t least_untimed_calls = 32;
inline constexpr std::uint32_t untimed_calls_mask = 31;
/// Shorter serial maps do not fill the decision log.
inline constexpr nanoseconds logged_from{50e3};
inline constexpr nanoseconds progress_interval{100e6};
/// Seats are kept ready for so many times the workers first asked for, should the work turn out long.
inline constexpr std::size_t seats_in_reserve = 4;

std::atomic<std::uint64_t> maps_logged{0};

reason_code reason_of(detail::serial_cause cause) noexcept {
  switch (cause) {
    case detail::serial_cause::callable_not_shareable:
      return reason_code::callable_not_shareable;
    case detail::serial_cause::output_not_shareable:
      return reason_code::output_not_shareable;
    case detail::serial_cause::ranges_overlap:
      return reason_code::ranges_overlap;
    case detail::serial_cause::not_random_access:
      return reason_code::not_random_access;
    case detail::serial_cause::none:
      break;
  }
  return reason_code::none;
}

/// One call of parallel_map, on the thread that made it.
class map_run {
 public:
  map_run(const detail::map_request& request, const settings& with) noexcept
      : request_(request),
        with_(with),
        time_(probe::real_clock()),
        began_(time_.now()),
        last_(began_),
        controller_(request.items,
                    {.max_jobs = with.max_jobs,
                     .chunksize = with.chunksize,
                     .chunk_duration = with.target_chunk,
                     .prepared = nanoseconds{request.prepared_ns}},
                    remembered_cost(request)) {
    watched_ = with.how != nullptr && with.how->stop.stop_possible();
    reports_progress_ = with.how != nullptr && with.how->on_progress;
  }

  void run() {
    try {
      if (watched_ && with_.how->stop.stop_requested()) {
        throw cancelled(0);
      }
      dispatch();
      if (reports_progress_) {
        call_progress(time_.now());
      }
    } catch (...) {
      end_report();
      throw;
    }
    end_report();
  }

  /// Calls this thread may now run without the clock.
  [[nodiscard]] std::uint32_t untimed_calls() const noexcept {
    return least_untimed_calls +
           (static_cast<std::uint32_t>(static_cast<std::int64_t>(last_.count())) &
            untimed_calls_mask);
  }

 private:
  [[nodiscard]] static nanoseconds remembered_cost(const detail::map_request& request) noexcept {
    return nanoseconds{
        request.site == nullptr
            ? 0.0
            : static_cast<double>(request.site->cost_ns.load(std::memory_order_relaxed))};
  }

  void dispatch() {
    const reason_code cause = reason_of(request_.cause);
    if (request_.items == 0) {
      decide_serial(reason_code::empty_input);
    } else if (cause != reason_code::none) {
      run_alone(cause);
    } else if (with_.n_jobs == 1 || with_.max_jobs == 1) {
      run_alone(reason_code::one_job_requested);
    } else if (request_.items == 1) {
      run_alone(reason_code::single_item);
    } else if (with_.n_jobs > 1) {
      share_fixed();
    } else {
      run_adaptive();
    }
  }

  void decide_serial(reason_code why) {
    decision made = controller_.next();
    made.n_jobs = 1;
    made.chunksize = request_.items;
    made.reason = why;
    history_.record(nanoseconds{0}, made);
  }

  /// The next block on the calling thread. False when that was the last one.
  bool run_block() {
    const std::size_t first = done_;
    const bool timed = controller_.is_timed();
    detail::item_block block{
        first, first + controller_.next_block(), watched_ ? &alone_limit_ : nullptr, first};
    const double nested = executor::nested_work();
    try {
      request_.body.run(request_.body.context, block);
    } catch (...) {
      done_ = block.next;
      given_beyond_ = 1;
      throw;
    }
    done_ = block.next;
    if (timed) {
      const nanoseconds now = time_.now();
      busy_alone_ += now - last_;
      controller_.observe(policy::chunk_sample{
          done_ - first, now - last_ + nanoseconds{executor::nested_work() - nested},
          now - began_});
      last_ = now;
    } else {
      controller_.observe(policy::chunk_sample{done_ - first, nanoseconds{0}, last_ - began_});
    }
    if (done_ < block.last) {
      throw cancelled(done_);
    }
    if (reports_progress_) {
      tick(last_);
    }
    return done_ < request_.items;
  }

  void run_alone(reason_code why) {
    std::optional<alone_callback> on_stop;
    watch_alone(on_stop);
    decide_serial(why);
    if (with_.n_jobs > 1) {
      warn("n_jobs was set to more than one worker, but this map cannot be shared");
    }
    while (run_block()) {
    }
    remember();
  }

  void run_adaptive() {
    {
      std::optional<alone_callback> on_stop;
      watch_alone(on_stop);
      while (run_block()) {
        if (!controller_.worth_asking()) {
          continue;
        }
        if (!presence_) {
          presence_.emplace(crew_of_process());
        }
        const policy::crew_state state = crew_of_process().state();
        controller_.consider(overheads_of_process().get(state),
                             capacity_now(controller_.next().estimated_serial));
        note_decision();
        if (controller_.next().n_jobs > 1 && place_map(controller_.next())) {
          break;
        }
      }
    }
    if (map_ != nullptr) {
      share_adaptive();
    }
    remember();
  }

  /// Records the decision in force if it differs from the last one recorded.
  void note_decision() noexcept {
    const decision& made = controller_.next();
    if (history_.size() == 0 || history_.newest().what.reason != made.reason ||
        history_.newest().what.n_jobs != made.n_jobs) {
      history_.record(last_ - began_, made);
    }
  }

  // --- sharing ----------------------------------------------------------------------------------------

  /// Finds a place for the shared part. False: there is none, the map goes on alone.
  bool place_map(const decision& made) noexcept {
    const std::size_t seats = std::max(
        made.n_jobs, std::min(made.limit_jobs, made.n_jobs * seats_in_reserve));
    map_ = crew_of_process().take_place(seats);
    if (map_ == nullptr) {
      decision refused = made;
      refused.n_jobs = 1;
      refused.reason = reason_code::too_many_maps;
      history_.record(last_ - began_, refused);
      return false;
    }
    return true;
  }

  void lay_out(nanoseconds cost, nanoseconds claim) noexcept {
    executor::work_layout layout;
    layout.first_item = done_;
    layout.items = request_.items;
    layout.unit_items = executor::tile_for(request_.items);
    if (with_.chunksize > 0) {
      layout.fixed_chunks = true;
      layout.unit_items = with_.chunksize * executor::tile_for(request_.items / with_.chunksize);
    }
    layout.watch_every_item = watched_;
    layout.chunk_duration = policy::chunk_duration(with_.target_chunk, claim);
    layout.cost = cost;
    if (request_.output_bytes > 0 && request_.output_bytes < executor::cache_line &&
        executor::cache_line % request_.output_bytes == 0) {
      layout.line_items = executor::cache_line / request_.output_bytes;
      layout.line_offset = reinterpret_cast<std::uintptr_t>(request_.output) %
                           executor::cache_line / request_.output_bytes;
    }
    map_->layout = layout;
    map_->body = request_.body;
    map_->time = &time_;
    map_->began = began_;
    map_->arithmetic = executor::floating_point_environment::current();
    map_->history = &history_;
    if (reports_progress_) {
      map_->tick = [](void* of, nanoseconds now) { static_cast<map_run*>(of)->tick(now); };
      map_->tick_context = this;
    }
  }

  void share_adaptive() {
    const decision made = controller_.next();
    const policy::crew_state state = crew_of_process().state();
    cost_alone_ = controller_.cost();
    lay_out(controller_.cost(), made.claim_cost);
    map_->exempt.store(false, std::memory_order_relaxed);
    map_->allowed.store(static_cast<std::uint32_t>(made.n_jobs), std::memory_order_relaxed);
    controller_.start_sharing(last_ - began_);
    map_->controller = &controller_;
    map_->next_beat.store((last_ + policy::beat_length(last_ - began_)).count(),
                          std::memory_order_relaxed);
    share(made.n_jobs);
    if (woken_.asked > 0) {
      overheads_of_process().observe(
          state, woken_.wake / static_cast<double>(woken_.asked), woken_.start);
    } else {
      decision refused = made;
      refused.n_jobs = 1;
      refused.reason = reason_code::no_threads;
      history_.record(last_ - began_, refused);
    }
  }

  void share_fixed() {
    executor::crew& crew = crew_of_process();
    presence_.emplace(crew);
    crew.set_budget(usable_cpus(nanoseconds{0}));
    decision made = controller_.next();
    made.reason = reason_code::jobs_requested;
    made.n_jobs = std::min({with_.n_jobs, request_.items, executor::most_helpers + 1});
    made.limit_jobs = with_.n_jobs;
    made.claim_cost = overheads_of_process().get(policy::crew_state::awake).claim;
    made.chunksize = with_.chunksize > 0
                         ? with_.chunksize
                         : policy::divide_up(request_.items, made.n_jobs * first_fixed_chunks);
    const executor::crew::supply supply = crew.available();
    const bool impossible = supply.limited_by == reason_code::forked_child ||
                            supply.limited_by == reason_code::backend_failed;
    if (impossible || !place_map(made)) {
      run_alone(impossible ? supply.limited_by : reason_code::too_many_maps);
      return;
    }
    history_.record(nanoseconds{0}, made);
    lay_out(remembered_cost(request_), made.claim_cost);
    map_->exempt.store(true, std::memory_order_relaxed);
    share(made.n_jobs);
    if (woken_.asked + 1 < made.n_jobs) {
      warn("fewer workers than n_jobs asks for: the system gave no more threads");
    }
  }

  /// Runs everything that is left in the place taken, and gives it back.
  void share(std::size_t n_jobs) {
    struct return_place {
      map_run& run;
      ~return_place() { run.close_books(); }
    };
    executor::deal(*map_, n_jobs);
    shared_from_ = last_;
    const return_place at_end{*this};
    {
      std::optional<std::stop_callback<stop_shared>> on_stop;
      if (watched_) {
        on_stop.emplace(with_.how->stop, stop_shared{map_});
      }
      woken_ = executor::run_shared(crew_of_process(), *map_, n_jobs - 1);
    }
    last_ = time_.now();
    const std::size_t complete =
        std::min(map_->first_skipped.load(std::memory_order_relaxed), request_.items);
    if (complete == request_.items) {
      return;
    }
    if (std::exception_ptr error = map_->errors.take();
        error != nullptr && map_->errors.index() == complete) {
      std::rethrow_exception(std::move(error));
    }
    throw cancelled(complete);
  }

  /// Takes over what the seats hold, then gives the place back. Nobody is inside.
  void close_books() noexcept {
    double helped = 0.0;
    for (std::size_t seat = 0; seat < map_->seats_in_use; ++seat) {
      const executor::worker_seat& one = map_->seats[seat];
      items_shared_ += one.items.load(std::memory_order_relaxed);
      if (seat > 0) {
        helped += one.busy.load(std::memory_order_relaxed);
      }
    }
    executor::nested_work() += helped;
    given_beyond_ += map_->errors.count();
    if (with_.reported()) {
      keep_busy_times();
    }
    map_->errors.reset();
    executor::shared_map* const place = map_;
    map_ = nullptr;
    was_shared_ = true;
    crew_of_process().return_place(*place);
  }

  void keep_busy_times() noexcept {
    try {
      for (std::size_t seat = 0; seat < map_->seats_in_use; ++seat) {
        const executor::worker_seat& one = map_->seats[seat];
        if (one.items.load(std::memory_order_relaxed) > 0 || seat == 0) {
          helpers_busy_.emplace_back(one.busy.load(std::memory_order_relaxed));
        }
      }
    } catch (const std::bad_alloc&) {
      helpers_busy_.clear();  // a report without busy times is better than none
    }
  }

  // --- stopping, progress, the report -----------------------------------------------------------------

  struct stop_shared {
    executor::shared_map* map;
    void operator()() const noexcept { map->errors.lower_limit(0); }
  };
  struct stop_alone_action {
    std::atomic<std::size_t>* limit;
    void operator()() const noexcept { limit->store(0, std::memory_order_relaxed); }
  };
  using alone_callback = std::stop_callback<stop_alone_action>;

  /// While it lives, a stop request ends the current block of the calling thread.
  void watch_alone(std::optional<alone_callback>& callback) {
    if (watched_) {
      callback.emplace(with_.how->stop, stop_alone_action{&alone_limit_});
    }
  }

  void tick(nanoseconds now) {
    if (now - last_progress_ >= progress_interval) {
      last_progress_ = now;
      call_progress(now);
    }
  }

  void call_progress(nanoseconds now) {
    progress state;
    state.items_done = map_ != nullptr ? executor::items_done(*map_) : done_ + items_shared_;
    state.items_total = request_.items;
    const nanoseconds elapsed = policy::sane(now - began_);
    state.elapsed = std::chrono::nanoseconds{static_cast<std::int64_t>(elapsed.count())};
    if (state.items_done > 0 && state.items_done < state.items_total) {
      const double left = static_cast<double>(state.items_total - state.items_done);
      state.eta = std::chrono::nanoseconds{static_cast<std::int64_t>(
          policy::sane(elapsed * (left / static_cast<double>(state.items_done))).count())};
    }
    state.n_jobs = map_ != nullptr ? map_->allowed.load(std::memory_order_relaxed) : 1;
    state.chunksize = history_.size() > 0 ? history_.at(0).what.chunksize : request_.items;
    with_.how->on_progress(state);
  }

  /// Keeps the cost for the site's next call, if it has moved.
  void remember() noexcept {
    detail::call_site* site = request_.site;
    const double cost = controller_.cost().count();
    if (site == nullptr || !(cost > 0.0)) {
      return;
    }
    const double before = static_cast<double>(site->cost_ns.load(std::memory_order_relaxed));
    if (before > cost * (1.0 - remembered_change) && before < cost * (1.0 + remembered_change)) {
      return;
    }
    site->cost_ns.store(static_cast<float>(cost), std::memory_order_relaxed);
    site->untimed_items.store(
        static_cast<std::uint32_t>(
            policy::items_in(untimed_call, nanoseconds{cost}, std::size_t{1} << 31U)),
        std::memory_order_relaxed);
  }

  void warn(const char* sentence) {
    if (with_.reported()) {
      warnings_.emplace_back(sentence);
    }
  }

  void end_report() noexcept {
    const bool logged = was_shared_ || last_ - began_ >= logged_from;
    if (!logged && !with_.reported()) {
      return;
    }
    if (history_.size() == 0) {
      decision made = controller_.next();
      const policy::overheads costs = overheads_of_process().get(policy::crew_state::asleep);
      made.items_left = request_.items;
      made.wake_cost = costs.wake;
      made.start_delay = costs.start;
      made.chunksize = request_.items;
      history_.record(nanoseconds{0}, made);
    }
    if (logged) {
      const std::uint64_t id = maps_logged.fetch_add(1, std::memory_order_relaxed) + 1;
      const std::string_view label = with_.how != nullptr ? with_.how->label : std::string_view{};
      for (std::size_t i = 0; i < history_.size(); ++i) {
        insight::record(id, began_ + history_.at(i).when, history_.at(i).what, label);
      }
    }
    if (!with_.reported()) {
      return;
    }
    try {
      deliver(make_report(history_, outcome()), with_);
    } catch (const std::bad_alloc&) {
      // The map's own result or exception matters more than its report.
      static_cast<void>(0);
    }
  }

  [[nodiscard]] map_outcome outcome() {
    map_outcome seen;
    seen.items_given = done_ + items_shared_ + given_beyond_;
    seen.items_shared = items_shared_;
    seen.elapsed = policy::sane(time_.now() - began_);
    seen.elapsed_shared = was_shared_ ? policy::sane(last_ - shared_from_) : nanoseconds{0};
    seen.worker_busy = std::move(helpers_busy_);
    if (seen.items_given > 0) {
      if (seen.worker_busy.empty()) {
        seen.worker_busy.emplace_back(0.0);
      }
      seen.worker_busy.front() += busy_alone_;
    }
    seen.cost_alone = cost_alone_;
    seen.cost = controller_.cost();
    seen.spread = controller_.spread();
    seen.wake = woken_.wake;
    seen.start = woken_.start;
    seen.claim = overheads_of_process().get(policy::crew_state::awake).claim;
    seen.backend = was_shared_ ? crew_of_process().backend_name() : "none";
    seen.warnings = std::move(warnings_);
    return seen;
  }

  /// Chunks per worker that a fixed n_jobs is reported with until costs are known.
  static constexpr std::size_t first_fixed_chunks = 8;

  const detail::map_request& request_;
  const settings& with_;
  const clock& time_;
  nanoseconds began_;
  nanoseconds last_;                 ///< newest reading
  policy::controller controller_;
  policy::decision_history history_;
  bool watched_ = false;             ///< a stop may be requested
  bool reports_progress_ = false;
  bool was_shared_ = false;
  std::size_t done_ = 0;             ///< completed alone, from the front
  std::size_t items_shared_ = 0;     ///< completed while shared
  std::size_t given_beyond_ = 0;     ///< given to the callable, but it threw
  nanoseconds busy_alone_{0};
  nanoseconds cost_alone_{0};
  nanoseconds shared_from_{0};
  nanoseconds last_progress_{0};
  executor::wake_observation woken_{};
  executor::shared_map* map_ = nullptr;
  std::optional<executor::crew::presence> presence_;
  std::vector<nanoseconds> helpers_busy_;
  std::vector<std::string> warnings_;
  /// Written by a stop request on any thread, read by the body before each item: relaxed, the items
  /// before it are this thread's own.
  std::atomic<std::size_t> alone_limit_{executor::lowest_exception::nothing};
};

}  // namespace

namespace detail {

std::uint32_t run_map(const map_request& request) {
  const settings with = resolve_settings(request.how);
  map_run run(request, with);
  run.run();
  return run.untimed_calls();
}

void throw_end_before_begin() {
  throw std::invalid_argument(
      "amorsize::parallel_map: the end of the input lies before its begin");
}

double clock_ns() noexcept { return probe::real_clock().now().count(); }

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
