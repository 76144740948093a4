// Declarations of the compiled entry points behind the templates.
// Thread safety: the functions are thread-safe; a serial_run belongs to one thread.
#pragma once

#include <amorsize/detail/call_site.hpp>
#include <amorsize/detail/chunk_body.hpp>
#include <amorsize/detail/export.hpp>
#include <amorsize/version.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

struct options;

namespace detail {

/// Why the templates already know that a map cannot be shared.
enum class serial_cause : std::uint8_t {
  none,
  callable_not_shareable,
  output_not_shareable,
  ranges_overlap,
  not_random_access,
  items_not_keepable,
};

/// One random-access map, erased.
struct map_request {
  std::size_t items = 0;
  chunk_body body = {};
  call_site* site = nullptr;     ///< null: nothing is remembered
  const options* how = nullptr;  ///< null: none given
  serial_cause cause = serial_cause::none;
  const void* output = nullptr;    ///< first output element, when outputs are contiguous
  std::uint32_t output_bytes = 0;  ///< size of one output element; 0 = not contiguous
  double prepared_ns = 0.0;        ///< serial time already spent, e.g. filling the result vector
};

/// Runs every item once. Throws what the item of the lowest failing index threw, cancelled, or
/// bad_option. Returns how many calls of this thread may now run untimed.
AMORSIZE_API std::uint32_t run_map(const map_request& request);

/// std::invalid_argument: the end lies before the begin.
[[noreturn]] AMORSIZE_API void throw_end_before_begin();

/// Nanoseconds of the library's clock, for what the templates time themselves.
[[nodiscard]] AMORSIZE_API double clock_ns() noexcept;

/// Does the environment ask for a report of every map?
[[nodiscard]] AMORSIZE_API bool environment_wants_reports() noexcept;

/// A map that runs in order on the calling thread: checks the options, stops, counts, reports. The
/// report is filled by finish() or by the destructor, whichever comes first.
class AMORSIZE_API serial_run {
 public:
  /// Whose time passes between two items: the map's own (a loop), or somebody else's too (a view).
  enum class pace : std::uint8_t { own, of_consumer };

  /// Is there anything to do? Without, a plain loop is all it takes.
  [[nodiscard]] static bool wanted(const options* how) noexcept {
    return how != nullptr || environment_wants_reports();
  }

  /// how: outlives the run; may be null. items: 0 when unknown.
  /// Throws bad_option, or cancelled when a stop was requested before.
  serial_run(const options* how, std::size_t items, serial_cause cause, pace whose = pace::own);
  serial_run(const serial_run&) = delete;
  serial_run& operator=(const serial_run&) = delete;
  ~serial_run();

  /// Call before each item. Throws cancelled when a stop was requested, and what on_progress
  /// throws.
  void next_item() {
    if (items_ == look_up_at_ || stop_.stop_requested()) [[unlikely]] {
      look_up();
    }
    ++items_;
  }
  /// All items are done. Calls on_progress a last time, fills the report.
  void finish();

 private:
  struct state;
  void look_up();

  std::size_t items_ = 0;
  std::size_t look_up_at_;  ///< when the clock is read next, for on_progress
  std::stop_token stop_;
  std::unique_ptr<state> state_;
};

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
