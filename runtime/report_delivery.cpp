#include "runtime/exit_files.hpp"
#include "runtime/insight/decision_log.hpp"
#include "runtime/insight/event_log.hpp"
#include "runtime/insight/number_text.hpp"
#include "runtime/insight/report_text.hpp"
#include "runtime/insight/timeline.hpp"
#include "runtime/limit_text.hpp"
#include "runtime/probe/environment.hpp"
#include "runtime/probe/preserved_errno.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/report_delivery.hpp"

#include <cerrno>
#include <exception>
#include <string>
#include <unistd.h>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

void add_warnings(report& filled, const settings& with) {
  const probe::environment& from = probe::this_environment();
  filled.warnings.insert(filled.warnings.end(), from.warnings.begin(), from.warnings.end());
  if (with.how != nullptr && with.n_jobs < with.how->n_jobs) {
    filled.warnings.push_back(
        "n_jobs = " + insight::count_text(with.how->n_jobs) +
        " was cut to AMORSIZE_MAX_JOBS = " + insight::count_text(with.max_jobs));
  }
  const unwritable_files files = exit_files_not_writable();
  if (files.trace) {
    filled.warnings.emplace_back("AMORSIZE_TRACE: the file cannot be written");
  }
  if (files.report) {
    filled.warnings.emplace_back("AMORSIZE_REPORT: the file cannot be written");
  }
}

/// A map that ran in order on its thread, by the stream engine: nobody has recorded anything yet.
void record_whole_map(report& filled, const settings& with) {
  const policy::nanoseconds elapsed{static_cast<double>(filled.elapsed.count())};
  if (!with.reported() && elapsed < logged_from) {
    return;
  }
  filled.map_id = insight::next_map_id();
  const policy::nanoseconds began = probe::real_clock().now() - elapsed;
  insight::record(filled.map_id,
                  began,
                  {.n_jobs = filled.n_jobs,
                   .chunksize = filled.chunksize,
                   .reason = policy::reason_code::not_random_access,
                   .estimated_cost = policy::nanoseconds{filled.estimated_cost_ns}},
                  filled.label);
  policy::map_event whole{.began = began,
                          .duration_ns = static_cast<float>(elapsed.count()),
                          .items = policy::saturated_items(filled.items),
                          .map_id = static_cast<std::uint32_t>(filled.map_id),
                          .kind = policy::event_kind::alone};
  if (filled.items > 0) {
    insight::record_event(whole);
    insight::add_timeline(filled, {whole}, began);
  }
  whole.kind = filled.outcome == "failed"      ? policy::event_kind::map_failed
               : filled.outcome == "cancelled" ? policy::event_kind::map_cancelled
                                               : policy::event_kind::map_done;
  insight::record_event(whole);
}

/// One write, so that the reports of two processes do not mix.
void print(const report& filled) {
  const std::string text = insight::report_text(filled);
  std::size_t written = 0;
  while (written < text.size()) {
    const ::ssize_t count = ::write(STDERR_FILENO, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return;
    }
    written += static_cast<std::size_t>(count);
  }
}

}  // namespace

void deliver(report&& filled, const settings& with) noexcept {
  if (!with.recorded()) {
    return;
  }
  const probe::preserved_errno keep;
  try {
    if (with.how != nullptr && filled.label.empty()) {
      filled.label = with.how->label;
    }
    if (filled.map_id == 0) {
      record_whole_map(filled, with);
    }
    if (!with.reported()) {
      return;
    }
    filled.limit = limit_text(filled.limit_jobs, with);
    add_warnings(filled, with);
    if (with.verbose) {
      print(filled);
    }
    if (with.paged) {
      keep_for_page(filled);
    }
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no memory for an account of
                                     // the map must not undo the map; the caller gets what there is
  }
  if (with.how != nullptr && with.how->report != nullptr) {
    *with.how->report = std::move(filled);
  }
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
