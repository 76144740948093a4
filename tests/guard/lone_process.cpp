#include "runtime/probe/steady_clock.hpp"
#include "runtime/process.hpp"
#include "runtime/recent_maps.hpp"
#include "runtime/report_delivery.hpp"
#include "tests/guard/lone_process.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace amorsize_tests {
namespace {

/// What claiming a chunk is taken to cost. The real one is measured, and no two runs agree.
constexpr amorsize::policy::nanoseconds claim_cost{40.0};

lone_process* only = nullptr;

}  // namespace

bool patient_enlist::start(amorsize::executor::ticket_index ticket,
                           amorsize::executor::serve_function serve,
                           void* crew) noexcept {
  waiting_.push_back({ticket, serve, crew});
  ++started_;
  return true;
}

void patient_enlist::let_one_come() {
  if (waiting_.empty()) {
    return;
  }
  const call next = waiting_.front();
  waiting_.erase(waiting_.begin());
  std::thread([next] { next.serve(next.crew, next.ticket); }).join();
}

lone_process::lone_process(std::size_t cpus)
    : cpus_(cpus),
      crew_(std::make_unique<amorsize::executor::crew>(
          helpers_, helpers_, amorsize::probe::real_clock())) {
  overheads_.set_claim(claim_cost);
  only = this;
}

lone_process::~lone_process() {
  only = nullptr;
}

lone_process& lone_process::running() noexcept {
  return *only;
}

}  // namespace amorsize_tests

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

// runtime/process.cpp

executor::crew& crew_of_process() {
  return amorsize_tests::lone_process::running().crew();
}

recent_maps& recent_maps_of_process() noexcept {
  static constinit recent_maps recent;
  return recent;
}

learnt_overheads& overheads_of_process() noexcept {
  return amorsize_tests::lone_process::running().overheads();
}

std::size_t usable_cpus(policy::nanoseconds) noexcept {
  return amorsize_tests::lone_process::running().cpus();
}

unsigned long calling_thread() noexcept {
  return 0;
}

std::size_t usable_cpus_again(unsigned long) noexcept {
  return amorsize_tests::lone_process::running().cpus();
}

std::optional<probe::throttling> throttling_now() noexcept {
  return std::nullopt;
}

policy::memory_reading memory_now(policy::nanoseconds) noexcept {
  return {};
}

policy::capacity capacity_now(policy::nanoseconds work_left) noexcept {
  const std::size_t cpus = usable_cpus(work_left);
  crew_of_process().raise_budget(cpus);
  const executor::crew::spare_helpers spare = crew_of_process().available();
  return {std::min(cpus, spare.helpers + 1), spare.limited_by, 0};
}

// runtime/report_delivery.cpp: nobody asks for a report.

void deliver(report&&, const settings&) noexcept {}

namespace executor {

// The back ends of a real process: nobody asks for them.

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
