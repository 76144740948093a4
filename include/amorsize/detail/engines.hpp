// Declarations of the compiled entry points behind the templates.
// Thread safety: the functions are thread-safe; a serial_run belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include <amorsize/detail/call_site.hpp>
#include <amorsize/detail/chunk_body.hpp>
#include <amorsize/detail/export.hpp>
#include <amorsize/version.hpp>

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
};

/// One random-access map, erased.
struct map_request {
  std::size_t items = 0;
  chunk_body body = {};
  call_site* site = nullptr;         ///< null: nothing is remembered
  const options* how = nullptr;      ///< null: none given
  serial_cause cause = serial_cause::none;
  const void* output = nullptr;      ///< first output element, when outputs are contiguous
  std::uint32_t output_bytes = 0;    ///< size of one output element; 0 = not contiguous
  double prepared_ns = 0.0;          ///< serial time already spent, e.g. filling the result vector
};

/// Runs every item once. Throws what the item of the lowest failing index threw, cancelled, or
/// bad_option. Returns how many calls of this thread may now run untimed.
AMORSIZE_API std::uint32_t run_map(const map_request& request);

/// std::invalid_argument: the end lies before the begin.
[[noreturn]] AMORSIZE_API void throw_end_before_begin();

/// Nanoseconds of the library's clock, for what the templates time themselves.
[[nodiscard]] AMORSIZE_API double clock_ns() noexcept;

/// A map that runs in order on the calling thread with options: checks, stops, counts, reports.
/// The report is filled by finish() or by the destructor, whichever comes first.
class AMORSIZE_API serial_run {
 public:
  /// items: 0 when unknown. Copies what it needs of `how`; report and label must outlive it.
  /// Throws bad_option, or cancelled when a stop was requested before.
  serial_run(const options& how, std::size_t items, serial_cause cause);
  serial_run(const serial_run&) = delete;
  serial_run& operator=(const serial_run&) = delete;
  ~serial_run();

  /// Call before each item. Throws cancelled when a stop was requested.
  void next_item();
  /// All items are done. Calls on_progress a last time, fills the report.
  void finish();

 private:
  struct state;
  state* state_;
};

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
