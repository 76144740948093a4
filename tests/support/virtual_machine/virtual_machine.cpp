#include "runtime/executor/worker_loop.hpp"
#include "tests/support/virtual_machine/virtual_machine.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace amorsize_tests {
namespace {

virtual_machine* only = nullptr;

/// Blocking on a word and being woken: two system calls and a switch.
constexpr nanoseconds notify_cost{3e3};
/// No simulation lasts so long: what is still running then will run for ever.
constexpr nanoseconds for_ever{1e15};
/// Asking the system what a thread has used.
constexpr nanoseconds usage_cost{500};
/// Where a worker's speed depends on the others, it is looked at again after so much work.
constexpr nanoseconds look_at_others{20e3};

}  // namespace

virtual_machine* virtual_machine::running() noexcept {
  return only;
}

virtual_machine::virtual_machine(const machine_model& model, std::uint64_t seed)
    : model_(model), memory_(model_), now_(1e6), random_(seed) {
  if (only != nullptr) {
    std::fputs("two virtual machines at once\n", stderr);
    std::abort();
  }
  thread& main = threads_.emplace_back();
  main.stack = std::make_unique<fiber>();
  memory_.put_on_node(main_thread, model_.node_of(0));
  set_runs(main, true);
  only = this;
}

virtual_machine::~virtual_machine() {
  only = nullptr;
}

// --- time

nanoseconds virtual_machine::now() const noexcept {
  ++counts_.clock_readings;
  // Reading the clock does not change the machine for its user, but takes time.
  const_cast<virtual_machine*>(this)->advance_unnoticed(model_.clock_reading);
  const fault_model& faults = model_.faults;
  const nanoseconds exact = exact_now();
  nanoseconds shown = exact;
  for (const clock_fault& one : faults.clock) {
    if (exact >= one.until) {
      shown += one.jump;
    } else if (exact >= one.from) {
      shown -= exact - one.from;
    }
  }
  if (faults.clock_tick.count() > 0.0) {
    shown = std::floor(shown / faults.clock_tick) * faults.clock_tick;
  }
  return faults.clock_noise.count() > 0.0
             ? shown + faults.clock_noise * (2.0 * uniform_(random_) - 1.0)
             : shown;
}

double virtual_machine::speed() const noexcept {
  const std::size_t worker = threads_[current_].worker;
  double found = worker < model_.speeds.size() ? model_.speeds[worker] : 1.0;
  if (!model_.shares_cpus()) {
    return found;
  }
  if (const std::size_t usable = usable_workers(); running_ > usable) {
    return found * static_cast<double>(usable) / static_cast<double>(running_);
  }
  if (model_.cores > 0 && running_ > model_.cores) {
    // The system moves threads to cores that are idle: in the long run all share alike.
    const auto all = static_cast<double>(running_);
    const double sharing = std::min(all, 2.0 * (all - static_cast<double>(model_.cores)));
    found *= (all - sharing + sharing * model_.shared_core_speed) / all;
  }
  return found;
}

void virtual_machine::set_runs(thread& which, bool runs) noexcept {
  if (which.runs != runs) {
    which.runs = runs;
    running_ += runs ? 1 : std::size_t(-1);
  }
}

nanoseconds virtual_machine::end_of(nanoseconds work) const {
  const std::size_t worker = threads_[current_].worker;
  const nanoseconds begins = exact_now();
  nanoseconds ends = begins + work / speed();
  for (const stall& one : model_.faults.stalls) {
    if (one.worker == worker && one.from < ends && one.until > begins) {
      ends += one.until - std::max(one.from, begins);
    }
  }
  return ends;
}

void virtual_machine::compute(nanoseconds work) {
  if (cpu_free_.empty()) {
    cpu_free_.resize(std::max<std::size_t>(1, model_.workers));
  }
  const auto usable = std::clamp<std::size_t>(usable_workers(), 1, cpu_free_.size());
  nanoseconds& free =
      *std::min_element(cpu_free_.begin(), cpu_free_.begin() + static_cast<std::ptrdiff_t>(usable));
  const nanoseconds begins = std::max(exact_now(), free);
  free = begins + work;
  threads_[current_].cpu += work;
  continue_at(free);
}

amorsize::thread_usage virtual_machine::usage() const noexcept {
  const_cast<virtual_machine*>(this)->advance_unnoticed(usage_cost);
  const thread& self = threads_[current_];
  constexpr double page = 4096.0;
  return {self.cpu, self.waits, 0, true, static_cast<std::uint64_t>(self.touched / page)};
}

amorsize::policy::memory_reading virtual_machine::memory_in_use() const noexcept {
  const double available = memory_available();
  return {available > 0.0, bytes_, most_bytes_, std::max(0.0, available - bytes_)};
}

double virtual_machine::memory_available() const noexcept {
  double available = model_.memory.available;
  for (const memory_step& step : model_.memory.steps) {
    available = step.from <= exact_now() ? step.available : available;
  }
  return available;
}

std::size_t virtual_machine::usable_workers() const noexcept {
  std::size_t usable = model_.workers;
  for (const capacity_step& step : model_.steps) {
    usable = step.from <= exact_now() ? step.workers : usable;
  }
  return usable;
}

void virtual_machine::run_item(nanoseconds cost) {
  const waiting_model& how = model_.waiting;
  const double fraction = exact_now() < how.until ? how.fraction : 0.0;
  while (how.at_once > 0 && slots_taken_ >= how.at_once) {
    wait_on(&slots_taken_);
  }
  ++slots_taken_;
  bytes_ += model_.memory.bytes_per_item;
  threads_[current_].touched += model_.memory.bytes_per_item;
  most_bytes_ = std::max(most_bytes_, bytes_);
  if (fraction > 0.0) {
    sleep_for(cost * fraction);
  }
  if (fraction < 1.0) {
    compute(cost * (1.0 - fraction));
  }
  --slots_taken_;
  bytes_ -= model_.memory.bytes_per_item;
  if (how.at_once > 0) {
    notify_all(&slots_taken_);
  }
}

void virtual_machine::advance(nanoseconds work) {
  if (!(work.count() > 0.0)) {
    return;
  }
  threads_[current_].cpu += work;
  if (model_.shares_cpus()) {
    for (; work > look_at_others; work -= look_at_others) {
      continue_at(end_of(look_at_others));
    }
  }
  continue_at(end_of(work));
}

void virtual_machine::advance_unnoticed(nanoseconds work) {
  const nanoseconds ends = end_of(work);
  if (ends - now_ > most_ahead) {
    continue_at(ends);
  } else {
    ahead_ = ends - now_;
  }
}

void virtual_machine::sleep_for(nanoseconds time) {
  ++threads_[current_].waits;
  const thread_id self = current_;
  set_runs(threads_[self], false);
  continue_at(exact_now() + time);
  set_runs(threads_[self], true);
}

void virtual_machine::drain() {
  while (!moments_.empty()) {
    continue_at(moments_.top().when);
  }
}

void virtual_machine::continue_at(nanoseconds when) {
  if (when > for_ever) {
    std::fputs("endless: somebody on the virtual machine has been busy for days\n", stderr);
    std::abort();
  }
  ahead_ = nanoseconds{0};
  if (moments_.empty() || when < moments_.top().when) {
    now_ = std::max(now_, when);
    return;
  }
  moments_.push({when, ++order_, current_});
  run_next();
}

void virtual_machine::run_next() {
  if (moments_.empty()) {
    // The main thread waits for something that nobody is left to do.
    std::fputs("deadlock: every thread of the virtual machine waits\n", stderr);
    std::abort();
  }
  ahead_ = nanoseconds{0};
  const moment next = moments_.top();
  moments_.pop();
  now_ = std::max(now_, next.when);
  switch_to(next.who);
}

void virtual_machine::switch_to(thread_id next) {
  if (next == current_) {
    return;
  }
  thread& from = threads_[current_];
  thread& to = threads_[next];
  from.standing = amorsize::executor::standing_of_this_thread();
  from.nested_work = amorsize::executor::nested_work();
  amorsize::executor::standing_of_this_thread() = to.standing;
  amorsize::executor::nested_work() = to.nested_work;
  current_ = next;
  fiber::switch_from_to(*from.stack, *to.stack);
}

// --- threads

virtual_machine::thread_id virtual_machine::make_thread(std::size_t worker,
                                                        std::function<void()> entry) {
  const thread_id id = threads_.size();
  if (id >= most_threads) {
    std::fputs("a virtual machine has at most 2,048 threads\n", stderr);
    std::abort();
  }
  thread& made = threads_.emplace_back();
  made.worker = worker;
  memory_.put_on_node(id, model_.node_of(worker));
  made.stack = std::make_unique<fiber>([this, &made, entry = std::move(entry)] {
    for (;;) {
      set_runs(made, true);
      entry();
      set_runs(made, false);
      run_next();
    }
  });
  return id;
}

void virtual_machine::wake_at(thread_id who, nanoseconds when) {
  moments_.push({std::max(when, now_), ++order_, who});
}

// --- memory

void virtual_machine::charge_load(const void* at) {
  charge_until(memory_.load(at, current_, exact_now()));
}

void virtual_machine::charge_store(const void* at) {
  charge_until(memory_.store(at, current_, exact_now()));
}

void virtual_machine::charge_modify(const void* at) {
  ++counts_.modifications;
  charge_until(memory_.modify(at, current_, exact_now()));
}

void virtual_machine::charge_until(nanoseconds ends) {
  if (const nanoseconds took = ends - exact_now(); took.count() > 0.0) {
    advance_unnoticed(took);
  }
}

void virtual_machine::wait_on(const void* at) {
  ++counts_.sleeps;
  ++threads_[current_].waits;
  waiting_[at].push_back(current_);
  const thread_id self = current_;
  set_runs(threads_[self], false);
  run_next();
  set_runs(threads_[self], true);
}

void virtual_machine::notify_all(const void* at) {
  const auto found = waiting_.find(at);
  if (found == waiting_.end()) {
    return;
  }
  const std::vector<thread_id> woken = std::move(found->second);
  waiting_.erase(found);
  advance(notify_cost);
  for (const thread_id one : woken) {
    wake_at(one, exact_now() + jittered(model_.asleep.start, model_.wake_jitter));
  }
}

nanoseconds virtual_machine::jittered(nanoseconds value, double fraction) {
  return value * (1.0 + fraction * (2.0 * chance() - 1.0));
}

}  // namespace amorsize_tests
