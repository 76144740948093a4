#include "runtime/insight/reason_text.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/limit_text.hpp"
#include "runtime/map_report.hpp"
#include "runtime/plan_engine.hpp"
#include "runtime/plan_warnings.hpp"
#include "runtime/policy/chunk_size.hpp"
#include "runtime/policy/makespan.hpp"
#include "runtime/policy/serial_gate.hpp"
#include "runtime/policy/worker_count.hpp"
#include "runtime/probe/environment.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/process.hpp"
#include "runtime/serial_cause.hpp"
#include "runtime/stream_engine.hpp"

#include <amorsize/errors.hpp>
#include <amorsize/options.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using policy::nanoseconds;
using policy::reason_code;

std::size_t most_sampled_items(const detail::dry_run_input& input,
                               std::size_t sample_size) noexcept {
  std::size_t most = sample_size;
  if (most == 0) {
    most = input.is_single_pass ? most_stored_items
           : input.is_sized     ? std::max(fewest_sampled_items, input.items / sampled_fraction)
                                : std::numeric_limits<std::size_t>::max();
  }
  return input.is_sized ? std::min(most, input.items) : most;
}

/// chunksize as the map would begin with.
std::size_t planned_chunksize(const policy::plan_basis& basis,
                              const policy::decision& made,
                              const settings& with) noexcept {
  std::size_t items = basis.items;
  if (with.chunksize != 0) {
    items = with.chunksize;
  } else if (made.n_jobs > 1) {
    const nanoseconds duration = policy::chunk_duration(with.target_chunk, basis.costs.claim);
    const std::size_t share = std::max<std::size_t>(1, policy::divide_up(basis.items, made.n_jobs));
    items = std::max<std::size_t>(1, policy::items_in(duration, basis.cost, share));
  }
  return std::min(items, probe::largest_count);  // more is no valid option
}

/// What helpers cost a map that begins soon: those awake now will have gone to sleep by then.
policy::overheads overheads_soon() {
  const nanoseconds now = probe::real_clock().now();
  const bool absent = crew_of_process().state(now) == policy::crew_state::absent;
  return overheads_of_process().get(
      absent ? policy::crew_state::absent : policy::crew_state::asleep, now);
}

}  // namespace

std::size_t next_sample_block(const detail::dry_run_input& input,
                              std::size_t sample_size,
                              const dry_run_progress& so_far) noexcept {
  const std::size_t left =
      policy::saturating_subtract(most_sampled_items(input, sample_size), so_far.sampled_items);
  if (!input.is_sampled || so_far.is_exhausted || left == 0) {
    return 0;
  }
  if (so_far.sampled_items < fewest_sampled_items) {
    return 1;
  }
  const bool is_known = std::min(so_far.cost, so_far.last_cost) >= cheap_item ||
                        so_far.busy >= sampling_time * sampling_done;
  if (sample_size == 0 && is_known) {
    return 0;
  }
  const nanoseconds block = sampling_time * sampled_block_fraction;
  const nanoseconds time = sample_size == 0 ? std::min(sampling_time - so_far.busy, block) : block;
  const std::size_t grown = so_far.last_block > left / sampled_block_growth
                                ? left
                                : so_far.last_block * sampled_block_growth;
  return std::max<std::size_t>(1, policy::items_in(time, so_far.cost, grown));
}

std::size_t sample_block_start(const detail::dry_run_input& input,
                               std::size_t sample_size,
                               std::size_t index,
                               std::size_t sampled_items,
                               std::size_t block_items) noexcept {
  if (!input.is_sized || most_sampled_items(input, sample_size) >= input.items) {
    return sampled_items;
  }
  constexpr double golden = 0.618'033'988'749'895;
  const double turns = golden * static_cast<double>(index);
  const std::size_t room = policy::saturating_subtract(input.items, block_items);
  return std::min(
      room, static_cast<std::size_t>((turns - std::floor(turns)) * static_cast<double>(room + 1)));
}

policy::decision plan_decision(const policy::plan_basis& basis,
                               reason_code cause,
                               const settings& with) noexcept {
  const policy::remaining_work work{basis.items, basis.cost};
  const nanoseconds alone = policy::serial_time(work);
  policy::decision made{.items_left = basis.items,
                        .estimated_cost = basis.cost,
                        .wake_cost = basis.costs.wake,
                        .start_delay = basis.costs.start,
                        .claim_cost = basis.costs.claim,
                        .estimated_serial = alone,
                        .estimated_parallel = alone};
  made.limit_jobs =
      with.max_jobs != 0 ? std::min(with.max_jobs, basis.where.workers) : basis.where.workers;
  if (basis.is_sized && basis.items == 0) {
    made.reason = reason_code::empty_input;
  } else if (cause != reason_code::none) {
    made.reason = cause;
  } else if (basis.items == 1) {
    made.reason = reason_code::single_item;
  } else if (with.n_jobs == 1 || with.max_jobs == 1) {
    made.reason = reason_code::one_job_requested;
  } else if (with.n_jobs != 0) {
    made.reason = reason_code::jobs_requested;
    made.n_jobs = made.limit_jobs = with.n_jobs;
  } else if (made.limit_jobs < 2) {
    made.reason = basis.where.limited_by;
  } else {
    const policy::worker_choice best =
        policy::best_worker_count(work, made.limit_jobs, basis.costs);
    made.estimated_parallel = best.estimated;
    switch (policy::serial_gate(
        alone, best.estimated, nanoseconds{0}, basis.costs.wake + basis.costs.start)) {
      case policy::gate_verdict::too_short:
        made.reason = reason_code::too_short;
        break;
      case policy::gate_verdict::too_little:
        made.reason = reason_code::gain_too_small;
        break;
      case policy::gate_verdict::share:
        made.reason = reason_code::shared_predicted;
        made.n_jobs = best.n_jobs;
        break;
    }
  }
  if (made.n_jobs > 1) {
    made.estimated_parallel = policy::predicted_makespan(work, made.n_jobs, basis.costs);
  }
  made.chunksize = planned_chunksize(basis, made, with);
  return made;
}

namespace detail {

struct dry_run::state {
  settings with;
  dry_run_input input;
  dry_run_progress so_far;
  policy::sample_statistics samples;
  std::size_t blocks = 0;  ///< ended
  std::size_t result_bytes = 0;
  nanoseconds began{0};  ///< the block that runs
  nanoseconds wall_began{0};
  thread_usage own_began{};
  nanoseconds all_cpu_began{0};

  void stop_if_requested() const {
    if (with.how != nullptr && with.how->stop.stop_requested()) {
      throw cancelled(so_far.sampled_items);
    }
  }
};

dry_run::dry_run(const options* how, const dry_run_input& input)
    : state_(std::make_unique<state>()) {
  state_->with = resolve_settings(how);
  state_->input = input;
  state_->stop_if_requested();
  state_->wall_began = probe::real_clock().now();
  state_->own_began = probe::real_clock().usage();
  state_->all_cpu_began = probe::process_cpu_time();
}

dry_run::~dry_run() = default;

std::size_t dry_run::next_block() {
  state& now = *state_;
  const std::size_t items = next_sample_block(now.input, now.with.sample_size, now.so_far);
  if (items != 0) {
    now.stop_if_requested();
  }
  now.so_far.last_block = items;
  return items;
}

std::size_t dry_run::block_start() const noexcept {
  const state& now = *state_;
  return sample_block_start(
      now.input, now.with.sample_size, now.blocks, now.so_far.sampled_items, now.so_far.last_block);
}

void dry_run::begin_block() noexcept {
  state_->began = probe::real_clock().now();
}

void dry_run::end_block(std::size_t items, std::size_t result_bytes) noexcept {
  state& now = *state_;
  const nanoseconds busy = policy::sane(probe::real_clock().now() - now.began);
  ++now.blocks;
  now.so_far.is_exhausted = items < now.so_far.last_block;
  now.so_far.sampled_items += items;
  now.result_bytes += result_bytes;
  now.so_far.last_cost = items == 0 ? now.so_far.last_cost : busy / static_cast<double>(items);
  now.samples.observe(items, busy);
  now.so_far.busy = now.samples.busy();
  now.so_far.cost = now.samples.cost();
}

plan dry_run::make_plan() const {
  const state& now = *state_;
  const nanoseconds wall = probe::real_clock().now() - now.wall_began;
  const thread_usage own = probe::real_clock().usage() - now.own_began;
  const nanoseconds all_cpu = probe::process_cpu_time() - now.all_cpu_began;
  const dry_run_progress& so_far = now.so_far;
  policy::plan_basis basis{.items = now.input.is_sized ? now.input.items : 0,
                           .is_sized = now.input.is_sized,
                           .cost = so_far.cost};
  if (so_far.is_exhausted) {
    basis.items = so_far.sampled_items;
    basis.is_sized = true;
  }
  basis.costs = overheads_soon();
  basis.where = capacity_now(policy::serial_time({basis.items, basis.cost}));
  if (basis.where.cores > 0) {  // what siblings bring only a map can find out
    basis.where.workers = std::min(basis.where.workers, basis.where.cores);
  }
  const policy::decision made = plan_decision(basis, reason_of(now.input.cause), now.with);
  const nanoseconds sampled = now.samples.busy();
  const policy::speedup_range speedup =
      policy::estimate_speedup(basis, made.n_jobs, now.samples.relative_error(), sampled);
  plan result{
      .n_jobs = made.n_jobs,
      .chunksize = made.chunksize,
      .reason = insight::reason_text(made),
      .estimated_speedup = speedup.expected,
      .estimated_speedup_low = speedup.low,
      .estimated_speedup_high = speedup.high,
      .sampled_items = so_far.sampled_items,
      .items = basis.items,
      .estimated_cost_ns = basis.cost.count(),
      .estimated_cost_spread = now.samples.spread(),
      .estimated_serial_ns = made.estimated_serial.count(),
      .estimated_parallel_ns =
          (made.n_jobs > 1 ? made.estimated_parallel : made.estimated_serial).count(),
      .wake_cost_ns = made.wake_cost.count(),
      .start_delay_ns = made.start_delay.count(),
      .claim_cost_ns = made.claim_cost.count(),
      .first_call_ns = now.samples.first_call().count(),
      .sampled_ns = sampled.count(),
      .result_bytes = so_far.sampled_items > 0 ? now.result_bytes / so_far.sampled_items : 0,
      .limit_jobs = made.limit_jobs,
      .limit = limit_text(made.limit_jobs, now.with),
      .alternatives = alternatives_to(made)};
  add_plan_warnings(result,
                    {.input = now.input,
                     .with = now.with,
                     .wall = wall,
                     .own = own,
                     .all_cpu = all_cpu,
                     .relative_error = now.samples.relative_error()});
  return result;
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
