// The shared part of a map_run.
#include "runtime/executor/worker_loop.hpp"
#include "runtime/insight/waiting_text.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/map_run.hpp"
#include "runtime/policy/chunk_size.hpp"
#include "runtime/process.hpp"
#include "runtime/recent_maps.hpp"
#include "runtime/site_memory.hpp"

#include <amorsize/errors.hpp>

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using policy::decision;
using policy::nanoseconds;
using policy::reason_code;

/// Shared maps below this are judged by how long they took, not by beats.
inline constexpr nanoseconds judged_as_a_whole{200e3};
/// A helper that has just been woken has nothing in its caches: for so many maps what the whole
/// took says nothing about the next ones (6 us, 4.6, then 3.8 for a map of 5 us).
inline constexpr std::uint32_t cold_maps = 8;
/// A helper that came before the call for it had returned took no time after it, but 0 is no
/// sample.
inline constexpr nanoseconds least_start{64.0};
/// Chunks per worker that a fixed n_jobs is reported with: costs are not known yet.
inline constexpr std::size_t first_fixed_chunks = 8;

struct stop_shared {
  executor::shared_map* map;
  void operator()() const noexcept { map->errors.lower_limit(0); }
};

}  // namespace

bool map_run::place_map(const decision& made) noexcept {
  const bool may_grow = made.reason != reason_code::jobs_requested;
  // Room for all, should the work turn out longer than it looks.
  map_ =
      crew_of_process().take_place(made.n_jobs, may_grow ? controller_.room_jobs() : made.n_jobs);
  if (map_ == nullptr) {
    decision refused = made;
    refused.n_jobs = 1;
    refused.reason = reason_code::too_many_maps;
    refused.chunksize = request_.items;
    history_.record(last_ - began_, refused);
    return false;
  }
  return true;
}

void map_run::lay_out(nanoseconds cost, nanoseconds claim) noexcept {
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
    layout.line_offset = reinterpret_cast<std::uintptr_t>(request_.output) % executor::cache_line /
                         request_.output_bytes;
  }
  map_->layout = layout;
  map_->body = request_.body;
  map_->time = &time_;
  map_->began = began_;
  map_->arithmetic = executor::floating_point_environment::current();
  map_->history = &history_;
  map_->beat_began = last_;
  chunksize_told_ = history_.size() > 0 ? history_.newest().what.chunksize : 0;
  map_->record = record_;
  map_->map_id = static_cast<std::uint32_t>(map_id_);
  if (reports_progress_) {
    map_->tick = [](void* of, nanoseconds now) { static_cast<map_run*>(of)->tick(now); };
    map_->tick_context = this;
  }
}

void map_run::share_adaptive() {
  const decision made = controller_.next();
  const policy::crew_state state = crew_of_process().state(last_);
  lay_out(made.estimated_cost, made.claim_cost);
  map_->exempt.store(made.is_beyond_cpus(), std::memory_order_relaxed);
  map_->allowed.store(static_cast<std::uint32_t>(made.n_jobs), std::memory_order_relaxed);
  controller_.start_sharing(last_ - began_);
  map_->controller = &controller_;
  thread_ = calling_thread();
  map_->look = [](void* of, nanoseconds now) noexcept {
    return static_cast<map_run*>(of)->look_around(now);
  };
  map_->look_context = this;
  if (controller_.time_left() >= policy::look_interval) {
    throttling_ = throttling_now();
  }
  if (throttling_) {
    map_->throttled = [](void* of) noexcept { return static_cast<map_run*>(of)->was_throttled(); };
  }
  map_->next_look = last_ + policy::look_interval;
  map_->set_next_beat(last_, controller_.beat_length(last_ - began_));
  look_at_thread(made.estimated_serial);
  const bool awake = state == policy::crew_state::awake;
  const nanoseconds opened = last_;
  share(made.n_jobs, policy::items_in(made.start_delay, made.estimated_cost, made.items_left));
  if (made.is_beyond_cpus() && woken_.asked > 0) {
    return;  // threads that had to be made: what that takes says nothing about helpers for the CPUs
  }
  if (woken_.started > 0 || woken_.awaited || (awake && woken_.start.count() == 0.0)) {
    learn_from_wake(state, made, last_ - opened);
  } else if (woken_.asked == 0) {
    decision refused = made;
    refused.n_jobs = 1;
    refused.reason = reason_code::no_threads;
    refused.chunksize = request_.items;
    history_.record(shared_from_ - began_, refused);
  }
}

bool map_run::look_around(nanoseconds now) noexcept {
  const std::size_t cpus = usable_cpus_again(thread_);
  crew_of_process().raise_budget(cpus);
  const bool adapted = controller_.adapt(cpus, now - began_ - map_->pauses.lost());
  const std::size_t inside = map_->door.inside() + 1;
  const std::size_t allowed = map_->allowed.load(std::memory_order_relaxed);
  return look_at_memory(now, std::max(inside, allowed)) || adapted;
}

bool map_run::was_throttled() noexcept {
  const std::optional<probe::throttling> now = throttling_now();
  if (!now || !throttling_ || now->times <= throttling_->times) {
    return false;
  }
  throttled_.times += now->times - throttling_->times;
  throttled_.lasted_ns += std::max(0.0, now->lasted_ns - throttling_->lasted_ns);
  throttling_ = now;
  return true;
}

bool map_run::look_at_memory(nanoseconds now, std::size_t workers) noexcept {
  if (!controller_.looks_at_memory()) {
    return false;
  }
  if (!memory_) {
    memory_.emplace(with_.how != nullptr ? static_cast<double>(with_.how->memory_limit) : 0.0);
  }
  if (workers == 0) {
    memory_->observe_idle(memory_now(now), touched_);
  } else {
    memory_->observe(memory_now(now), workers);
  }
  return controller_.bound_by_memory(
      memory_->most_workers(std::numeric_limits<std::size_t>::max()),
      now - began_ - (map_ != nullptr ? map_->pauses.lost() : nanoseconds{0}));
}

void map_run::learn_from_wake(policy::crew_state state,
                              const decision& made,
                              nanoseconds elapsed) noexcept {
  const nanoseconds wake =
      woken_.wake / static_cast<double>(std::max<std::size_t>(1, woken_.started));
  const bool came = woken_.start.count() > 0.0;
  // Who did not come needs longer than the map; how much longer nobody knows.
  nanoseconds start = came ? std::max(woken_.start - wake, least_start) : elapsed - woken_.wake;
  recent_maps& recent = recent_maps_of_process();
  if (state != policy::crew_state::awake) {
    recent.note_wake();
    // The decision may have counted with helpers of another state: those of the maps to come.
    const bool is_no_news = !came && start <= overheads_of_process().get(state, last_).start;
    if (woken_.misplaced || is_no_news) {
      start = nanoseconds{0};
    }
  } else if (!came) {
    start = std::max(made.start_delay, elapsed);  // nobody was awake after all
  } else if (recent.count_awake() > cold_maps && made.n_jobs == 2 && elapsed < judged_as_a_whole) {
    // With helpers who are awake the start is not all that sharing costs: opening, dealing and
    // waiting for the last one count as much. What the whole took tells.
    start = std::max(start, (elapsed - woken_.wake) * 2.0 - made.estimated_serial);
  }
  overheads_of_process().observe(state, wake, start, last_);
}

void map_run::share_fixed() {
  executor::crew& crew = crew_of_process();
  presence_.emplace(crew);
  crew.raise_budget(usable_cpus(nanoseconds{0}));
  decision made = controller_.next();
  made.reason = reason_code::jobs_requested;
  made.n_jobs = std::min({with_.n_jobs, request_.items, executor::most_helpers + 1});
  made.limit_jobs = std::min(with_.n_jobs, request_.items);
  made.claim_cost = overheads_of_process().claim();
  made.chunksize = with_.chunksize > 0
                       ? with_.chunksize
                       : policy::divide_up(request_.items, made.n_jobs * first_fixed_chunks);
  const executor::crew::spare_helpers supply = crew.available();
  const bool impossible = supply.limited_by == reason_code::forked_child ||
                          supply.limited_by == reason_code::backend_failed;
  if (impossible || !place_map(made)) {
    run_alone(impossible ? supply.limited_by : reason_code::too_many_maps);
    return;
  }
  history_.record(nanoseconds{0}, made);
  lay_out(remembered_cost(request_.site), made.claim_cost);
  map_->exempt.store(true, std::memory_order_relaxed);
  map_->allowed.store(static_cast<std::uint32_t>(made.n_jobs), std::memory_order_relaxed);
  map_->set_next_beat(last_, policy::beat_length(nanoseconds{0}));
  look_at_thread(insight::waiting_told_from);  // how long it will last nobody knows
  share(made.n_jobs);
  if (made.n_jobs < std::min(with_.n_jobs, request_.items)) {
    warn("fewer workers than n_jobs asks for: a process has 1,024 helpers at most");
  }
  if (woken_.called + 1 < made.n_jobs) {
    warn("fewer workers than n_jobs asks for: the system gave no more threads");
    made.n_jobs = woken_.called + 1;
    made.reason = woken_.called == 0 ? reason_code::no_threads : reason_code::jobs_requested;
    made.chunksize = woken_.called == 0 ? request_.items : made.chunksize;
    history_.record(nanoseconds{0}, made);
  }
}

/// Runs everything that is left in the place taken, and gives it back.
void map_run::share(std::size_t n_jobs, std::size_t head_start) {
  struct return_place {
    map_run& run;
    ~return_place() { run.close_books(); }
  };
  executor::deal(*map_, n_jobs, head_start);
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

void map_run::close_books() noexcept {
  double helped = 0.0;
  for (std::size_t seat = 0, width = map_->width(); seat < width; ++seat) {
    const executor::worker_seat& one = map_->seats[seat];
    items_shared_ += one.items.load(std::memory_order_relaxed);
    busy_shared_ += nanoseconds{one.busy.load(std::memory_order_relaxed)};
    if (seat > 0) {
      helped += one.busy.load(std::memory_order_relaxed);
    }
  }
  executor::nested_work() += helped;
  given_beyond_ += map_->errors.count();
  const nanoseconds before{map_->busy_before.load(std::memory_order_relaxed)};
  const std::size_t items_before = map_->items_before.load(std::memory_order_relaxed);
  if (before >= executor::rate_measured_from && items_before > 0) {
    cost_before_ = before / static_cast<double>(items_before);
  }
  if (with_.reported()) {
    keep_busy_times();
  }
  map_->errors.reset();
  if (throttling_ && with_.reported()) {
    static_cast<void>(was_throttled());
  }
  executor::shared_map* const place = map_;
  map_ = nullptr;
  was_shared_ = true;
  crew_of_process().return_place(*place);
}

void map_run::keep_busy_times() noexcept {
  try {
    for (std::size_t seat = 0, width = map_->width(); seat < width; ++seat) {
      const executor::worker_seat& one = map_->seats[seat];
      const bool ran_items = one.items.load(std::memory_order_relaxed) > 0;
      workers_ += ran_items && (seat > 0 || done_ == 0) ? 1 : 0;
      if (ran_items || seat == 0) {
        helpers_busy_.emplace_back(one.busy.load(std::memory_order_relaxed));
      }
    }
  } catch (const std::bad_alloc&) {
    helpers_busy_.clear();  // a report without busy times is better than none
  }
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
