#include "runtime/policy/chunk_size.hpp"
#include "runtime/policy/controller.hpp"
#include "runtime/policy/serial_gate.hpp"
#include "runtime/policy/wake_tree.hpp"
#include "runtime/policy/worker_count.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// Alone, the clock is looked at after this fraction of what is predicted to be left.
inline constexpr double looks_at_the_rest = 2.0;
inline constexpr nanoseconds shortest_block{4e3};
/// A helper that has gone is asked for again while the rest lasts this many times the wake.
inline constexpr double wakes_repaid = 8.0;
/// Is the number of workers what others leave, and not what was found to be best?
bool is_bound(reason_code why) noexcept {
  return why == reason_code::fewer_cpus || why == reason_code::memory_bound;
}

/// More workers are added when that is predicted to save this fraction of what is left.
inline constexpr double worthwhile_raise = 0.01;
/// Beats are so short while more workers may turn out to be right: most of a map that lasts a few
/// hundred microseconds would be over before the first one of the usual length.
inline constexpr nanoseconds first_beat{25e3};
/// And while workers are away on trial: long enough for their last chunks to end. Never longer than
/// other beats.
inline constexpr nanoseconds trial_beat{25e3};
inline constexpr double trial_fraction = 0.25;
inline constexpr double items_per_trial_beat = 4.0;

/// As predicted_makespan() for many items and one wake. Nobody else works until the first helper
/// comes, and the caller only when it has called it: no number of workers up to this one ends
/// sooner.
nanoseconds least_time(nanoseconds alone, const overheads& costs, std::size_t workers) noexcept {
  return costs.setup + costs.wake + costs.start + sane(alone - costs.start) / number(workers);
}

}  // namespace

controller::controller(std::size_t items,
                       const limits& bounds,
                       nanoseconds remembered_cost) noexcept
    : items_(items), bounds_(bounds), remembered_(sane(remembered_cost)) {
  decision_.reason = items == 0 ? reason_code::empty_input : reason_code::too_short;
  decision_.items_left = items;
  decision_.chunksize = items;
}

nanoseconds controller::expected_cost() const noexcept {
  if (cost_.known()) {
    return measured_;
  }
  return remembered_ >= long_item || shares_on_memory_ ? remembered_ : nanoseconds{0};
}

void controller::observe_cost(std::size_t items, nanoseconds busy) noexcept {
  cost_.observe(items, busy);
  measured_ = cost_.cost();
  // The first microsecond after a pause of the program is one of cold caches and of a slow clock.
  // Earlier calls have seen more than that; where it differs by more, a second block decides.
  if (!cost_.confirmed() && agrees_with_memory()) {
    measured_ = remembered_;
  }
}

nanoseconds controller::time_left() const noexcept {
  return serial_time({items_left(), expected_cost()});
}

std::size_t controller::next_block() const noexcept {
  const std::size_t left = items_left();
  if (done_ == 0) {
    if (remembered_.count() == 0.0) {
      return std::min<std::size_t>(1, left);
    }
    nanoseconds first = first_block;
    if (measures_briefly_) {
      first = std::min(first, remembered_ * number(left) * brief_fraction);
    }
    return std::max<std::size_t>(
        std::min<std::size_t>(1, left),
        is_one_block(left, remembered_) ? left : items_in(first, remembered_, left));
  }
  const nanoseconds rest = time_left();
  const auto grown = [&](std::size_t growth) noexcept {
    return last_block_ > left / growth ? left : std::max<std::size_t>(1, last_block_ * growth);
  };
  if (rest <= negligible) {
    // Nothing remembered: the first items may be the only cheap ones (f(0), an empty first row).
    return remembered_.count() > 0.0 ? left : std::min(left, grown(block_growth));
  }
  const nanoseconds block = std::clamp(rest / looks_at_the_rest, shortest_block, longest_block);
  const nanoseconds cost = cost_.cost();
  const bool was_long = cost * number(last_block_) > negligible;
  return std::clamp<std::size_t>(
      items_in(block, cost, left), 1, was_long ? grown(long_block_growth) : grown(block_growth));
}

void controller::observe(const chunk_sample& sample) noexcept {
  done_ += std::min(sample.items, items_left());
  last_block_ = sample.items;
  now_ = sample.finished;
  if (timed_) {
    observe_cost(sample.items, sample.busy);
  }
  const nanoseconds left = time_left();
  timed_ = left > negligible || next_block() < items_left();
  decision_.items_left = items_left();
  decision_.estimated_cost = measured_;
  decision_.estimated_serial = left;
}

void controller::observe_usage(const usage_sample& sample) noexcept {
  if (sample.items == 0) {
    return;
  }
  if (!used_alone_) {
    used_alone_.emplace();
  }
  used_alone_->items += sample.items;
  used_alone_->wall += sane(sample.wall);
  used_alone_->cpu += sane(sample.cpu);
  used_alone_->waits += sample.waits;
}

bool controller::is_believable() const noexcept {
  if (done_ == 0) {
    return true;  // only what is remembered as long gets here
  }
  if (cost_.confirmed()) {
    return cost_.busy() >= believed_from;
  }
  if (remembered_.count() == 0.0) {
    return cost_.cost() * number(done_) >= believed_at_once;
  }
  return agrees_with_memory();
}

bool controller::agrees_with_memory() const noexcept {
  const nanoseconds cost = cost_.cost();
  return cost < remembered_ * agreement && remembered_ < cost * agreement;
}

bool controller::worth_asking(const overheads& costs) const noexcept {
  const nanoseconds left = time_left();
  // A clock that stands still, or was set back, bars nobody for ever.
  const bool is_barred = now_ < ask_again_at_ && (done_ == 0 || now_.count() > 0.0);
  return left > worth_asking_from && left > costs.setup + costs.wake + costs.start &&
         left > refused_ * grown_enough && !is_barred && items_left() > 1 && is_believable();
}

bool controller::could_pay(const overheads& costs, std::size_t most_workers) const noexcept {
  if (used_alone_ || most_workers < 2) {
    return true;  // items that wait have room for more workers than CPUs
  }
  const nanoseconds alone = time_left();
  const nanoseconds spent = sane(bounds_.prepared);
  return least_time(alone, costs, most_workers) + spent < (alone + spent) * worthwhile_fraction;
}

void controller::consider(const overheads& costs, const capacity& where) noexcept {
  costs_ = costs;
  cpus_ = where.cpus;
  cores_ = where.cores < where.cpus ? where.cores : 0;
  const remaining_work work{items_left(), expected_cost()};
  const nanoseconds alone = serial_time(work);
  const std::size_t limit =
      bounds_.max_jobs > 0 ? std::min(bounds_.max_jobs, where.workers) : where.workers;
  decision_ = {};
  decision_.items_left = work.items;
  decision_.limit_jobs = limit;
  room_jobs_ = limit;
  if (where.waiting_workers > limit) {
    const std::size_t most =
        bounds_.max_jobs > 0 ? bounds_.max_jobs : default_waiting_ceiling(where.workers);
    room_jobs_ = std::max(limit, std::min({most, where.waiting_workers, work.items}));
  }
  decision_.estimated_cost = work.cost;
  decision_.estimated_serial = alone;
  decision_.estimated_parallel = alone;
  decision_.claim_cost = costs.claim;
  decision_.start_delay = costs.start;
  decision_.wake_cost = costs.setup + costs.wake;
  decision_.chunksize = items_;
  if (work.items <= 1) {
    decision_.reason = reason_code::single_item;
    return;
  }
  if (used_alone_ && begin_waiting(work)) {
    return;
  }
  if (limit < 2) {
    decision_.reason = bounds_.max_jobs == 1 ? reason_code::one_job_requested : where.limited_by;
    // Asking what may be used takes a system call: not after every block.
    ask_again_at_ = now_ + ask_interval;
    return;
  }
  const std::size_t fit = fitting(first_limit(limit));
  if (fit < 2) {
    decision_.reason = reason_code::memory_bound;
    return;
  }
  const worker_choice choice = best_worker_count(work, fit, costs);
  decision_.estimated_parallel = choice.estimated;
  decision_.wake_cost = predicted_wake(choice.n_jobs - 1, costs).asking;
  switch (serial_gate(
      alone, choice.estimated, bounds_.prepared, costs.setup + costs.wake + costs.start)) {
    case gate_verdict::too_short:
      decision_.reason = reason_code::too_short;
      refused_ = alone;
      return;
    case gate_verdict::too_little:
      decision_.reason = reason_code::gain_too_small;
      refused_ = alone;
      return;
    case gate_verdict::share:
      break;
  }
  decision_.n_jobs = choice.n_jobs;
  decision_.reason = choice.n_jobs == memory_jobs_ && fit < limit ? reason_code::memory_bound
                                                                  : reason_code::shared_predicted;
  size_chunks();
}

nanoseconds controller::saving(const overheads& costs) const noexcept {
  const remaining_work work{items_left(), expected_cost()};
  const nanoseconds alone = serial_time(work);
  if (alone <= worth_asking_from || work.items <= 1 || !is_believable()) {
    return nanoseconds{0};
  }
  // Asked by every map of some microseconds: predicted_makespan() takes longer.
  const nanoseconds saved = alone - least_time(alone, costs, 2);
  return saved > alone * (1.0 - worthwhile_fraction) ? saved : nanoseconds{0};
}

void controller::consider_series(const overheads& costs, const capacity& where) noexcept {
  consider(costs, where);
  if (decision_.limit_jobs < 2 || decision_.items_left < 2 || fitting(2) < 2) {
    return;
  }
  // Too little may be left of this map by now; the next ones will be shared from their beginning.
  if (decision_.n_jobs < 2) {
    decision_.n_jobs = 2;
    size_chunks();
  }
  decision_.reason = reason_code::maps_in_series;
}

bool controller::worth_waking() const noexcept {
  return decision_.n_jobs > 1 && time_left() > (costs_.wake + costs_.start) * wakes_repaid;
}

void controller::size_chunks() noexcept {
  if (decision_.n_jobs < 2) {
    decision_.chunksize = items_;
  } else if (bounds_.chunksize > 0) {
    decision_.chunksize = bounds_.chunksize;
  } else {
    const nanoseconds duration = chunk_duration(bounds_.chunk_duration, costs_.claim);
    const std::size_t share = std::max<std::size_t>(1, divide_up(items_left(), decision_.n_jobs));
    decision_.chunksize = std::max<std::size_t>(1, items_in(duration, expected_cost(), share));
  }
}

void controller::start_sharing(nanoseconds now) noexcept {
  shared_at_ = now;
  costs_.setup = nanoseconds{0};  // paid: whoever is added now costs no more than a wake
  shared_cost_ = expected_cost();
  const double cost = shared_cost_.count();
  start_climb(cost > 0.0 ? 1.0 / cost : 0.0, now);
}

bool controller::may_add() const noexcept {
  return (decision_.n_jobs > 1 || decision_.reason == reason_code::memory_bound) &&
         decision_.n_jobs < fitting(decision_.limit_jobs) &&
         decision_.reason != reason_code::fewer_help_as_much && !climb_.is_reduced();
}

nanoseconds controller::beat_length(nanoseconds elapsed) const noexcept {
  const nanoseconds usual = policy::beat_length(elapsed);
  if (climb_.is_trying()) {
    const nanoseconds some_items = cost_.cost() * items_per_trial_beat;
    return std::min(usual, std::max({trial_beat, usual * trial_fraction, some_items}));
  }
  return may_add() ? std::clamp(sane(elapsed - shared_at_), first_beat, usual) : usual;
}

/// The rest has become much longer than it looked when n_jobs was chosen: are more workers right?
bool controller::raise_if_longer(const beat_sample& sample) noexcept {
  if (!may_add() || items_left() == 0) {
    return false;
  }
  const nanoseconds alone = std::max(time_left(), sane(sample.serial_left));
  const remaining_work work{
      items_left(), alone / number(items_left()), std::max<std::size_t>(1, sample.workers)};
  return raise(reason_code::shared_predicted, work, sample.finished);
}

/// More workers, if there may be and that is predicted to pay.
bool controller::raise(reason_code why, const remaining_work& work, nanoseconds now) noexcept {
  const std::size_t limit = fitting(first_limit(decision_.limit_jobs));
  if (decision_.n_jobs >= limit) {
    return false;
  }
  const worker_choice choice = best_worker_count(work, limit, costs_);
  const nanoseconds unchanged = serial_time(work) / number(decision_.n_jobs);
  if (choice.n_jobs <= decision_.n_jobs ||
      choice.estimated > unchanged * (1.0 - worthwhile_raise)) {
    return false;
  }
  decision_.n_jobs = choice.n_jobs;
  decision_.reason = why;
  decision_.estimated_cost = work.cost;
  decision_.estimated_serial = serial_time(work);
  decision_.estimated_parallel = choice.estimated;
  start_climb(climb_.rate_alone(), now);
  size_chunks();
  return true;
}

nanoseconds controller::measured_cost(const work_sample& shared) const noexcept {
  if (compared_cost() > nanoseconds{0}) {
    return compared_cost();
  }
  const nanoseconds seen = cost() > nanoseconds{0} || shared.items == 0 ? cost() : shared.cost();
  const bool waited = waiting_ && waiting_->has_waited() && shared_cost_ > nanoseconds{0};
  return waited ? std::min(shared_cost_, seen) : seen;
}

std::optional<nanoseconds> controller::cost_to_remember(const work_sample& shared) const noexcept {
  const nanoseconds cost = measured_cost(shared);
  const bool is_doubtful = !(compared_cost() > nanoseconds{0}) && shared_cost_ > nanoseconds{0} &&
                           cost > shared_cost_ * agreement;
  return is_doubtful ? std::nullopt : std::optional<nanoseconds>(cost);
}

helpers_were controller::verdict() const noexcept {
  if (climb_.is_shed() || decision_.reason == reason_code::no_speedup) {
    return helpers_were::of_no_use;
  }
  const double ratio = climb_.measured_ratio();
  if (ratio > 0.0 && ratio < worthwhile_gain) {
    return helpers_were::in_doubt;
  }
  return ratio >= clear_gain ? helpers_were::of_use : helpers_were::not_judged;
}

bool controller::observe(const beat_sample& sample) noexcept {
  done_ = items_ - std::min(sample.items_left, items_);
  observe_cost(sample.items, sample.busy);
  decision_.items_left = items_left();
  if (!waiting_) {
    waiting_.emplace();
  }
  if (follow_waiting(sample)) {
    return true;
  }
  if (waiting_->is_active()) {
    return false;  // a rate below the ideal is no news, nor would a worker alone tell any
  }
  // Alone because there may be no others: there is nobody to compare with.
  const bool kept_alone = decision_.n_jobs == 1 && is_bound(decision_.reason);
  const throughput_climb::advice advice =
      kept_alone ? throughput_climb::advice{} : climb_.observe(sample);
  decision_.measured_rate_ratio = climb_.measured_ratio();
  if (advice.reason == reason_code::none) {
    return raise_if_longer(sample);
  }
  if (advice.n_jobs > fitting(decision_.limit_jobs) && advice.n_jobs > decision_.n_jobs) {
    return false;  // there may be fewer by now
  }
  const double rate_alone = climb_.rate_alone();
  if (advice.reason == reason_code::trying_again && decision_.n_jobs == 1) {
    // Is what is left still worth the wake?
    const remaining_work work{items_left(), nanoseconds{rate_alone > 0.0 ? 1.0 / rate_alone : 0.0}};
    if (predicted_makespan(work, advice.n_jobs, costs_) >=
        serial_time(work) * worthwhile_fraction) {
      climb_.postpone(sample.finished);
      return false;
    }
  }
  decision_.n_jobs = advice.n_jobs;
  decision_.reason = advice.reason;
  if (rate_alone > 0.0) {
    decision_.estimated_cost = nanoseconds{1.0 / rate_alone};
    decision_.estimated_serial = sane(decision_.estimated_cost * number(items_left()));
    decision_.estimated_parallel =
        predicted_makespan({items_left(), decision_.estimated_cost}, decision_.n_jobs, costs_);
  }
  size_chunks();
  return true;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
