// The entry points of the random-access map.
#include "runtime/map_run.hpp"
#include "runtime/policy/controller.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/settings.hpp"
#include "runtime/site_memory.hpp"

#include <amorsize/detail/engines.hpp>

#include <stdexcept>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using policy::nanoseconds;

/// A call that its site's memory makes one block, with nobody who wants a report: what the
/// controller would do with it, without the controller.
[[gnu::hot]] std::uint32_t run_one_block(const detail::map_request& request) {
  const clock& time = probe::real_clock();
  const nanoseconds began = time.now();
  detail::item_block all{0, request.items, nullptr, 0};
  request.body.run(request.body.context, all);
  const nanoseconds ended = time.now();
  remember_cost(request.site, policy::sane(ended - began) / policy::number(request.items));
  return untimed_calls(ended);
}

}  // namespace

namespace detail {

[[gnu::hot]] std::uint32_t run_map(const map_request& request) {
  const settings with = resolve_settings(request.how);
  if (request.how == nullptr && request.cause == serial_cause::none && !with.reported() &&
      with.n_jobs == 0 && policy::is_one_block(request.items, remembered_cost(request.site))) {
    return run_one_block(request);
  }
  map_run run(request, with, probe::real_clock());
  run.run();
  // Whoever wants reports wants them of every call.
  return with.reported() ? 0 : untimed_calls(run.last_reading());
}

void throw_end_before_begin() {
  throw std::invalid_argument("amorsize::parallel_map: the end of the input lies before its begin");
}

double clock_ns() noexcept {
  return probe::real_clock().now().count();
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
