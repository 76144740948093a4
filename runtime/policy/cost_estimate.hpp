// What an item costs, and how far that can be believed.
// Thread safety: thread-compatible.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// A first block that took so long is believed by itself. Shorter ones may be a first call's
/// surprise (lazy binding, a cold cache, a first allocation: up to some ten microseconds) and are
/// confirmed by a second one, unless the site's memory agrees. One that the memory contradicts is
/// confirmed however long it was: after a fork the first touch of a page takes 120 to 210 us.
inline constexpr nanoseconds believed_at_once{250e3};

/// A weighted mean cost per item that forgets: old samples lose half their weight whenever as much
/// time again has been observed, so a drifting cost is followed within one doubling of the run.
/// The very first sample stands apart and is dropped as soon as there is another: in a fresh
/// process a first call of exp was measured at 1,000 times, a first allocating string at 40 times
/// the later ones.
class cost_estimate {
 public:
  /// Adds a finished block. Blocks of no items are ignored. O(1).
  [[gnu::hot]] void observe(std::size_t items, nanoseconds busy) noexcept;

  [[nodiscard]] bool known() const noexcept { return items_ > 0.0 || first_items_ > 0.0; }
  /// Have there been two samples? The first one alone may be a first call's surprise.
  [[nodiscard]] bool confirmed() const noexcept { return items_ > 0.0; }
  /// How long the samples were, the dropped first one aside and older ones by half.
  [[nodiscard]] nanoseconds busy() const noexcept { return busy_; }
  /// Per item; 0 when nothing was observed.
  [[nodiscard]] nanoseconds cost() const noexcept {
    if (items_ > 0.0) {
      return busy_ / items_;
    }
    return first_items_ > 0.0 ? first_busy_ / first_items_ : nanoseconds{0};
  }
  /// Mean deviation between blocks / mean; 0 = even.
  [[nodiscard]] double spread() const noexcept { return spread_; }

 private:
  double items_ = 0.0;
  nanoseconds busy_{0};
  double first_items_ = 0.0;
  nanoseconds first_busy_{0};
  double spread_ = 0.0;
  nanoseconds since_forgetting_{0};
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
