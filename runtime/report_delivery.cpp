#include "runtime/insight/number_text.hpp"
#include "runtime/insight/report_text.hpp"
#include "runtime/probe/environment.hpp"
#include "runtime/probe/preserved_errno.hpp"
#include "runtime/report_delivery.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <unistd.h>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

/// What one process keeps for its end. A forked child gets one of its own, so that it neither waits
/// for a lock that a thread of its parent held nor writes over its parent's files.
struct exit_files {
  ::pid_t process = 0;
  bool is_child = false;
  bool unwritable_trace = false;
  bool unwritable_report = false;
  std::mutex lock = {};
  report last = {};       ///< guarded by lock
  bool has_last = false;  ///< guarded by lock
};

/// Written by the first map of a process, read by every one while the environment asks for files.
/// Release publishes the members. Never freed: maps may run in static destructors.
constinit std::atomic<exit_files*> published_files{nullptr};

/// Those of this very process, or null.
exit_files* own_files() noexcept {
  exit_files* const files = published_files.load(std::memory_order_acquire);
  return files != nullptr && files->process == ::getpid() ? files : nullptr;
}

std::string own_path(const std::string& path, bool is_child) {
  return is_child ? path + "." + std::to_string(::getpid()) : path;
}

bool is_writable(const std::string& path, bool is_child) {
  return path.empty() || std::ofstream(own_path(path, is_child), std::ios::app).good();
}

void write_files() {
  exit_files* const files = own_files();
  if (files == nullptr) {
    return;
  }
  const probe::environment& from = probe::this_environment();
  if (!from.trace_path.empty()) {
    std::ofstream out(own_path(from.trace_path, files->is_child), std::ios::trunc);
    write_trace(out);
  }
  const std::scoped_lock guard(files->lock);
  if (!from.report_path.empty() && files->has_last) {
    std::ofstream out(own_path(from.report_path, files->is_child), std::ios::trunc);
    write_page(out, files->last);
  }
}

/// Runs at exit, where an exception would be the end of more than a file.
void write_files_at_exit() noexcept {
  try {
    write_files();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): nobody is left to be told
  }
}

void arrange(const probe::environment& from) {
  exit_files* earlier = published_files.load(std::memory_order_acquire);
  auto files = std::make_unique<exit_files>();
  files->process = ::getpid();
  files->is_child = earlier != nullptr;
  // Threads that come here at once register twice; the files are then written twice, no harm done.
  const bool registered = files->is_child || std::atexit(write_files_at_exit) == 0;
  files->unwritable_trace = !registered || !is_writable(from.trace_path, files->is_child);
  files->unwritable_report = !registered || !is_writable(from.report_path, files->is_child);
  if (published_files.compare_exchange_strong(
          earlier, files.get(), std::memory_order_acq_rel, std::memory_order_acquire)) {
    static_cast<void>(files.release());
  }
}

void add_warnings(report& filled, const settings& with) {
  const probe::environment& from = probe::this_environment();
  filled.warnings.insert(filled.warnings.end(), from.warnings.begin(), from.warnings.end());
  if (with.how != nullptr && with.n_jobs < with.how->n_jobs) {
    filled.warnings.push_back(
        "n_jobs = " + insight::count_text(with.how->n_jobs) +
        " was cut to AMORSIZE_MAX_JOBS = " + insight::count_text(with.max_jobs));
  }
  const exit_files* const files = published_files.load(std::memory_order_acquire);
  if (files != nullptr && files->unwritable_trace) {
    filled.warnings.emplace_back("AMORSIZE_TRACE: the file cannot be written");
  }
  if (files != nullptr && files->unwritable_report) {
    filled.warnings.emplace_back("AMORSIZE_REPORT: the file cannot be written");
  }
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

void keep_for_page(const report& filled) {
  exit_files* const files = own_files();
  if (files == nullptr) {
    return;
  }
  const std::scoped_lock guard(files->lock);
  files->last = filled;
  files->has_last = true;
}

}  // namespace

void arrange_exit_files() noexcept {
  const probe::preserved_errno keep;
  const probe::environment& from = probe::this_environment();
  if ((from.trace_path.empty() && from.report_path.empty()) || own_files() != nullptr) {
    return;
  }
  try {
    arrange(from);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no memory; the next map tries
  }
}

void deliver(report&& filled, const settings& with) noexcept {
  if (!with.reported()) {
    return;
  }
  const probe::preserved_errno keep;
  try {
    if (with.how != nullptr && filled.label.empty()) {
      filled.label = with.how->label;
    }
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
