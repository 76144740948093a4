#include "runtime/probe/memory_available.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/process.hpp"
#include "runtime/recent_maps.hpp"
#include "runtime/report_delivery.hpp"
#include "runtime/settings.hpp"
#include "tests/support/virtual_machine/simulated_atomics.hpp"
#include "tests/support/virtual_machine/virtual_process.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace amorsize_tests {
namespace {

virtual_process* only = nullptr;

}  // namespace

virtual_process::virtual_process(const machine_model& model, std::uint64_t seed)
    : machine_(model, seed),
      enlist_(machine_),
      crew_(std::make_unique<amorsize::executor::crew>(enlist_, enlist_, machine_)) {
  overheads_.set_claim(model.claim());
  only = this;
}

virtual_process::~virtual_process() {
  machine_.drain();
  crew_.reset();
  only = nullptr;
}

virtual_process& virtual_process::running() {
  if (only == nullptr) {
    std::fputs("no virtual process is running\n", stderr);
    std::abort();
  }
  return *only;
}

// What simulated_atomics.hpp charges. Before and after a machine exists nothing costs anything.

void charge_load(const void* at) {
  if (virtual_machine* on = virtual_machine::running(); on != nullptr) {
    on->charge_load(at);
  }
}
void charge_store(const void* at) {
  if (virtual_machine* on = virtual_machine::running(); on != nullptr) {
    on->charge_store(at);
  }
}
void charge_modify(const void* at) {
  if (virtual_machine* on = virtual_machine::running(); on != nullptr) {
    on->charge_modify(at);
  }
}
void charge_pause() {
  virtual_machine::running()->charge_pause();
}
bool wait_on(const void* at) {
  virtual_machine::running()->wait_on(at);
  return true;
}
void notify_all(const void* at) {
  if (virtual_machine* on = virtual_machine::running(); on != nullptr) {
    on->notify_all(at);
  }
}

}  // namespace amorsize_tests

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

// runtime/process.cpp

executor::crew& crew_of_process() {
  return amorsize_tests::virtual_process::running().crew();
}

learnt_overheads& overheads_of_process() noexcept {
  return amorsize_tests::virtual_process::running().overheads();
}

recent_maps& recent_maps_of_process() noexcept {
  return amorsize_tests::virtual_process::running().recent();
}

std::size_t usable_cpus(policy::nanoseconds) noexcept {
  return amorsize_tests::virtual_process::running().machine().usable_workers();
}

std::optional<probe::throttling> throttling_now() noexcept {
  return std::nullopt;
}

policy::memory_reading memory_now(policy::nanoseconds) noexcept {
  return amorsize_tests::virtual_process::running().machine().memory_in_use();
}

unsigned long calling_thread() noexcept {
  return 0;
}

std::size_t usable_cpus_again(unsigned long) noexcept {
  return amorsize_tests::virtual_process::running().machine().usable_workers();
}

policy::capacity capacity_now(policy::nanoseconds work_left) noexcept {
  return capacity_of(crew_of_process(),
                     usable_cpus(work_left),
                     amorsize_tests::virtual_process::running().machine().model().cores);
}

// runtime/settings.cpp: there is no environment, and what a test asks for makes sense.

namespace detail {

constinit std::atomic<environment_state> environment_heard{environment_state::silent};

settings resolve_settings_slowly(const options* how) {
  settings with;
  with.n_jobs = how->n_jobs;
  with.max_jobs = how->max_jobs;
  with.chunksize = how->chunksize;
  with.target_chunk = policy::nanoseconds{static_cast<double>(how->target_chunk_duration.count())};
  with.how = how;
  return with;
}

}  // namespace detail

// runtime/probe: the clock is the machine's.

namespace probe {

const steady_clock& real_clock() noexcept {
  static constexpr steady_clock only_one;
  return only_one;
}

policy::nanoseconds steady_clock::now() const noexcept {
  return amorsize_tests::virtual_process::running().machine().now();
}

thread_usage steady_clock::usage() const noexcept {
  return amorsize_tests::virtual_process::running().machine().usage();
}

std::optional<std::uint64_t> current_memory_available() noexcept {
  return std::uint64_t{1} << 30U;
}

}  // namespace probe

// runtime/report_delivery.cpp

void deliver(report&& filled, const settings& with) noexcept {
  if (with.how != nullptr && with.how->report != nullptr) {
    *with.how->report = std::move(filled);
  }
}

namespace executor {

// The process-wide crew of a real process; nobody here asks for it.
enlist& enlist_tbb() {
  std::abort();
}
enlist& enlist_threads() {
  std::abort();
}
void forget_threads_after_fork() noexcept {}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
