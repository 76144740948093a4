// this_machine(): what the probe reads, with what the maps of this process have learnt.
#include "runtime/learnt_overheads.hpp"
#include "runtime/policy/overhead_model.hpp"
#include "runtime/probe/probe_machine.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/process.hpp"

#include <amorsize/machine.hpp>

#include <chrono>
#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

std::chrono::nanoseconds whole(policy::nanoseconds value) noexcept {
  return std::chrono::nanoseconds{static_cast<std::int64_t>(policy::sane(value).count())};
}

machine read_machine() {
  machine here = probe::probe_machine();
  static_cast<void>(crew_of_process());  // measures the claim
  const learnt_overheads& learnt = overheads_of_process();
  const policy::overheads costs = learnt.get(policy::crew_state::asleep, probe::real_clock().now());
  if (learnt.is_measured(policy::crew_state::asleep)) {
    here.measured_wake_cost = whole(costs.wake);
    here.measured_start_delay = whole(costs.start);
  } else {
    here.notes.emplace_back("no map of this process has woken a worker yet: wake costs unknown");
  }
  here.measured_claim_cost = whole(costs.claim);
  return here;
}

}  // namespace

const machine& this_machine() {
  static const machine& here = *new machine(read_machine());  // outlives every destructor
  return here;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
