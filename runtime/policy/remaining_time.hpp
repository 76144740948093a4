// How long a map will still take, from how far it has come so far: what on_progress calls the ETA.
// Costs drift: what the items of the later half of the time cost says more about the next ones than
// the mean. An item that takes long is expected to take as long again.
// Thread safety: thread-compatible.
#pragma once

#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

#include <array>
#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

class remaining_time {
 public:
  /// Items done when so much time had passed; both only grow. Returns what is still to be expected
  /// for the rest of `total` items; 0 = nothing is left, or nothing is known yet.
  ///
  /// Complexity: O(1)
  [[nodiscard]] nanoseconds observe(std::size_t done,
                                    std::size_t total,
                                    nanoseconds elapsed) noexcept;

 private:
  struct mark {
    std::size_t done = 0;
    nanoseconds elapsed{0};
  };
  /// The newest one from the earlier half of the time; the beginning, if there is none.
  [[nodiscard]] mark at_half(nanoseconds elapsed) const noexcept;
  void keep(mark now) noexcept;

  std::array<mark, 64> marks_{};  ///< by time; every second one is dropped when they are full
  std::size_t count_ = 0;
  mark newest_{};  ///< when items were seen to be done last
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
