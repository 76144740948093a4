// The files the environment asks for (AMORSIZE_TRACE, AMORSIZE_REPORT): complete when the process
// exits.
// Thread safety: thread-safe.
#pragma once

#include <amorsize/report.hpp>
#include <amorsize/version.hpp>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// Arranges once that the files are written at exit. A forked child that runs maps of its own
/// writes to files of its own, named by its process id. errno is unchanged.
void arrange_exit_files() noexcept;

/// The page at the end will be about this report. Throws std::bad_alloc.
void keep_for_page(const report& filled);

/// Files that were asked for and cannot be written.
struct unwritable_files {
  bool trace = false;
  bool report = false;
};
[[nodiscard]] unwritable_files exit_files_not_writable() noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
