#include "runtime/exit_files.hpp"
#include "runtime/probe/environment.hpp"
#include "runtime/probe/preserved_errno.hpp"

#include <atomic>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <unistd.h>

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

void keep_for_page(const report& filled) {
  exit_files* const files = own_files();
  if (files == nullptr) {
    return;
  }
  const std::scoped_lock guard(files->lock);
  files->last = filled;
  files->has_last = true;
}

unwritable_files exit_files_not_writable() noexcept {
  const exit_files* const files = published_files.load(std::memory_order_acquire);
  return files == nullptr ? unwritable_files{}
                          : unwritable_files{files->unwritable_trace, files->unwritable_report};
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
