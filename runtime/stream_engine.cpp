#include "runtime/insight/number_text.hpp"
#include "runtime/insight/reason_text.hpp"
#include "runtime/policy/remaining_time.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/progress_pace.hpp"
#include "runtime/report_delivery.hpp"
#include "runtime/serial_cause.hpp"
#include "runtime/settings.hpp"
#include "runtime/stream_engine.hpp"

#include <amorsize/errors.hpp>
#include <amorsize/options.hpp>
#include <amorsize/progress.hpp>
#include <amorsize/report.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

std::chrono::nanoseconds whole(policy::nanoseconds time) {
  return std::chrono::nanoseconds{static_cast<std::int64_t>(policy::sane(time).count())};
}

}  // namespace

std::size_t items_until_look_up(std::size_t items, policy::nanoseconds time) noexcept {
  // A look-up ten times per interval is often enough to be on time.
  const std::size_t fitting =
      policy::items_in(progress_interval / 10.0,
                       time / static_cast<double>(std::max<std::size_t>(items, 1)),
                       most_items_unwatched);
  const std::size_t grown = items < most_items_unwatched / 2 ? 2 * items : most_items_unwatched;
  return std::max<std::size_t>(std::min(fitting, grown), 1);
}

namespace detail {

bool environment_wants_reports() noexcept {
  try {
    return resolve_settings(nullptr).recorded();
  } catch (const std::exception&) {  // there is no option to refuse
    return false;
  }
}

struct [[gnu::visibility("hidden")]] serial_run::state {
  settings with;
  std::size_t items_total = 0;
  policy::reason_code reason = policy::reason_code::none;
  pace whose = pace::own;
  bool is_delivered = false;
  const char* outcome = "failed";  ///< until something else is known
  policy::nanoseconds began{0};
  policy::nanoseconds looked_up{0};  ///< when the clock was read last
  std::size_t items_looked_up = 0;
  policy::nanoseconds shown{0};  ///< when on_progress was called last
  policy::remaining_time eta;

  [[nodiscard]] bool shows_progress() const {
    return with.how != nullptr && static_cast<bool>(with.how->on_progress);
  }
  void show(std::size_t items, policy::nanoseconds now);
  [[nodiscard]] report filled(std::size_t items) const;
  void deliver_once(std::size_t items) noexcept;
};

void serial_run::state::show(std::size_t items, policy::nanoseconds now) {
  shown = now;
  progress far{.items_done = items,
               .items_total = items_total,
               .elapsed = whole(now - began),
               .n_jobs = 1,
               .chunksize = items_total};
  far.eta = whole(eta.observe(items, items_total, now - began));
  with.how->on_progress(far);
}

report serial_run::state::filled(std::size_t items) const {
  const policy::nanoseconds elapsed = policy::sane(probe::real_clock().now() - began);
  report result{.items = items,
                .n_jobs = 1,
                .chunksize = items_total != 0 ? items_total : items,
                .workers = items != 0 ? std::size_t{1} : std::size_t{0},
                .reason = insight::reason_text({.n_jobs = 1, .reason = reason}),
                .estimated_speedup = 1.0,
                .measured_speedup = 1.0,
                .elapsed = whole(elapsed),
                .backend = "none",
                .outcome = outcome};
  result.revisions.push_back({.n_jobs = 1, .chunksize = result.chunksize, .reason = result.reason});
  if (whose == pace::own && items != 0) {
    result.worker_busy.push_back(result.elapsed);
    result.estimated_cost_ns = elapsed.count() / static_cast<double>(items);
  }
  if (with.n_jobs > 1) {
    result.warnings.push_back("n_jobs = " + insight::count_text(with.n_jobs) +
                              " is ignored: " + result.reason);
  }
  return result;
}

void serial_run::state::deliver_once(std::size_t items) noexcept {
  if (is_delivered || !with.recorded()) {
    return;
  }
  is_delivered = true;
  try {
    deliver(filled(items), with);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no memory for the account; the
                                     // map itself is right, or its exception already on its way
  }
}

serial_run::serial_run(const options* how, std::size_t items, serial_cause cause, pace whose)
    : look_up_at_(std::numeric_limits<std::size_t>::max()), state_(std::make_unique<state>()) {
  state_->with = resolve_settings(how);
  state_->items_total = items;
  state_->reason = reason_of(cause);
  state_->whose = whose;
  state_->began = state_->looked_up = state_->shown = probe::real_clock().now();
  if (how == nullptr) {
    return;
  }
  if (how->stop.stop_requested()) {
    state_->outcome = "cancelled";
    state_->deliver_once(0);
    throw cancelled(0);
  }
  stop_ = how->stop;
  if (state_->shows_progress()) {
    look_up_at_ = 1;
  }
}

serial_run::~serial_run() {
  if (std::uncaught_exceptions() == 0 && !state_->is_delivered) {
    state_->outcome = "cancelled";  // the consumer of a view has lost interest
  }
  state_->deliver_once(items_);
}

void serial_run::look_up() {
  if (stop_.stop_requested()) {
    state_->outcome = "cancelled";
    state_->deliver_once(items_);
    throw cancelled(items_);
  }
  const policy::nanoseconds now = probe::real_clock().now();
  look_up_at_ =
      items_ + items_until_look_up(items_ - state_->items_looked_up, now - state_->looked_up);
  state_->looked_up = now;
  state_->items_looked_up = items_;
  if (now - state_->shown >= progress_interval) {
    state_->show(items_, now);
  }
}

void serial_run::finish() {
  state_->outcome = "done";
  if (items_ == 0) {
    state_->reason = policy::reason_code::empty_input;
  }
  if (state_->shows_progress()) {
    state_->show(items_, probe::real_clock().now());
  }
  state_->deliver_once(items_);
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
