#include "tests/support/virtual_machine/virtual_enlist.hpp"

#include <algorithm>

namespace amorsize_tests {

using amorsize::executor::serve_function;
using amorsize::executor::ticket_index;

void virtual_enlist::make_helper(ticket_index ticket) {
  helpers_[ticket].is_lost = on_.chance() < on_.model().faults.lost_fraction;
  helpers_[ticket].thread = on_.make_thread(ticket + 1, [this, ticket] {
    helpers_[ticket].serve(helpers_[ticket].crew, ticket);
    helpers_[ticket].idle_since = on_.exact_now();
  });
}

void virtual_enlist::make_helpers(std::size_t count) {
  helpers_.resize(std::max(helpers_.size(), count));
  for (std::size_t i = 0; i < count; ++i) {
    if (helpers_[i].thread == 0) {
      make_helper(static_cast<ticket_index>(i));
    }
  }
}

const wake_model& virtual_enlist::costs_of(const helper& one) const noexcept {
  const machine_model& model = on_.model();
  if (one.thread == 0) {
    return model.absent;
  }
  return on_.exact_now() - one.idle_since < model.stays_awake ? model.awake : model.asleep;
}

bool virtual_enlist::start(ticket_index ticket, serve_function serve, void* crew) noexcept {
  if (ticket >= helpers_.size()) {
    helpers_.resize(ticket + 1);
  }
  const wake_model costs = costs_of(helpers_[ticket]);
  if (helpers_[ticket].thread == 0) {
    make_helper(ticket);
  }
  helpers_[ticket].serve = serve;
  helpers_[ticket].crew = crew;
  ++on_.counts().wakes;
  on_.advance(on_.jittered(costs.wake, on_.model().wake_jitter));
  if (helpers_[ticket].is_lost) {
    ++on_.counts().lost;
    return true;  // called, and never seen
  }
  nanoseconds start = on_.jittered(costs.start, on_.model().wake_jitter);
  if (on_.chance() < on_.model().faults.late_fraction) {
    start += on_.model().faults.lateness;
    ++on_.counts().late;
  }
  on_.wake_at(helpers_[ticket].thread, on_.exact_now() + start);
  return true;
}

}  // namespace amorsize_tests
