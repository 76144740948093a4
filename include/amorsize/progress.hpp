// How far a map has come, and a ready-made bar for terminals.
// Thread safety: progress is a plain value; progress_bar is thread-compatible (a map calls it on
// the calling thread only).
#pragma once

#include <amorsize/detail/export.hpp>
#include <amorsize/version.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// A snapshot of a running map. Passed to options::on_progress on the calling thread, at most about
/// ten times a second and once at the end.
struct progress {
  std::size_t items_done = 0;
  std::size_t items_total = 0;          ///< 0 = unknown
  std::chrono::nanoseconds elapsed{0};  ///< since the map began
  std::chrono::nanoseconds eta{0};      ///< until the last item, at the speed of late; 0 = unknown
  std::size_t n_jobs = 0;               ///< workers allowed to run now; the caller included
  std::size_t chunksize = 0;            ///< items per chunk now
};

/// Draws one line on stderr: `options{.on_progress = amorsize::progress_bar("hashing")}`.
/// Silent when stderr is not a terminal. Copies draw the same line.
class AMORSIZE_API progress_bar {
 public:
  explicit progress_bar(std::string_view label = {});
  progress_bar(const progress_bar&) noexcept;
  progress_bar(progress_bar&&) noexcept;
  progress_bar& operator=(const progress_bar&) noexcept;
  progress_bar& operator=(progress_bar&&) noexcept;
  ~progress_bar();

  void operator()(const progress& now) const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
