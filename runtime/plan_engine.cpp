#include "runtime/insight/number_text.hpp"
#include "runtime/insight/reason_text.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/plan_engine.hpp"
#include "runtime/policy/chunk_size.hpp"
#include "runtime/policy/cost_estimate.hpp"
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
std::size_t planned_chunksize(const plan_basis& basis,
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

void add_warnings(plan& made, const detail::dry_run_input& input, const settings& with) {
  made.warnings = probe::this_environment().warnings;
  if (with.n_jobs > 1 && made.n_jobs == 1) {
    made.warnings.push_back("n_jobs = " + insight::count_text(with.n_jobs) +
                            " is ignored: " + made.reason);
  }
  if (!input.is_sampled) {
    made.warnings.emplace_back(
        "no item was tried: they cannot be taken out of the source and tried without loss");
  }
}

/// How the plan would do if an item cost so much.
double speedup_at(nanoseconds cost, const plan_basis& basis, std::size_t n_jobs) noexcept {
  const policy::remaining_work work{basis.items, cost};
  const nanoseconds shared = policy::predicted_makespan(work, n_jobs, basis.costs);
  return n_jobs > 1 && shared.count() > 0.0 ? policy::serial_time(work) / shared : 1.0;
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
  const bool is_known =
      std::min(so_far.cost, so_far.last_cost) >= cheap_item || so_far.busy >= sampling_time;
  if (sample_size == 0 && is_known) {
    return 0;
  }
  const nanoseconds time = sample_size == 0 ? sampling_time - so_far.busy : sampling_time;
  const std::size_t grown = so_far.last_block > left / sampled_block_growth
                                ? left
                                : so_far.last_block * sampled_block_growth;
  return std::max<std::size_t>(1, policy::items_in(time, so_far.cost, grown));
}

policy::decision plan_decision(const plan_basis& basis,
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
  policy::cost_estimate cost;
  nanoseconds began{0};  ///< the block that runs

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

void dry_run::begin_block() noexcept {
  state_->began = probe::real_clock().now();
}

void dry_run::end_block(std::size_t items) noexcept {
  state& now = *state_;
  const nanoseconds busy = policy::sane(probe::real_clock().now() - now.began);
  now.so_far.is_exhausted = items < now.so_far.last_block;
  now.so_far.sampled_items += items;
  now.so_far.busy += busy;
  now.so_far.last_cost = items == 0 ? now.so_far.last_cost : busy / static_cast<double>(items);
  now.cost.observe(items, busy);
  now.so_far.cost = now.cost.cost();
}

plan dry_run::make_plan() const {
  const state& now = *state_;
  const dry_run_progress& so_far = now.so_far;
  plan_basis basis{.items = now.input.is_sized ? now.input.items : 0,
                   .is_sized = now.input.is_sized,
                   .cost = so_far.cost};
  if (so_far.is_exhausted) {
    basis.items = so_far.sampled_items;
    basis.is_sized = true;
  }
  basis.costs = overheads_soon();
  basis.where = capacity_now(policy::serial_time({basis.items, basis.cost}));
  const policy::decision made = plan_decision(basis, reason_of(now.input.cause), now.with);
  const double spread = std::max(now.cost.spread(), 0.0);
  const double speedup = speedup_at(basis.cost, basis, made.n_jobs);
  plan result{.n_jobs = made.n_jobs,
              .chunksize = made.chunksize,
              .reason = insight::reason_text(made),
              .estimated_speedup = speedup,
              .estimated_speedup_low =
                  std::min(speedup, speedup_at(basis.cost / (1.0 + spread), basis, made.n_jobs)),
              .estimated_speedup_high =
                  std::max(speedup, speedup_at(basis.cost * (1.0 + spread), basis, made.n_jobs)),
              .sampled_items = so_far.sampled_items,
              .items = basis.items,
              .estimated_cost_ns = basis.cost.count(),
              .estimated_cost_spread = spread,
              .estimated_serial_ns = made.estimated_serial.count(),
              .estimated_parallel_ns =
                  (made.n_jobs > 1 ? made.estimated_parallel : made.estimated_serial).count(),
              .wake_cost_ns = made.wake_cost.count(),
              .start_delay_ns = made.start_delay.count(),
              .claim_cost_ns = made.claim_cost.count()};
  add_warnings(result, now.input, now.with);
  return result;
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
