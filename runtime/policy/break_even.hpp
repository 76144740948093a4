// From how many items on sharing is predicted to pay, for items of a given cost: the serial gate's
// own answer, asked in advance. Thread safety: pure functions.
#pragma once

#include "runtime/policy/overhead_model.hpp"
#include "runtime/policy/units.hpp"

#include <cstddef>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

struct break_even {
  nanoseconds cost{0};        ///< per item
  std::size_t items = 0;      ///< the fewest that are worth sharing; 0 = none below most_items
  std::size_t n_jobs = 1;     ///< best for so many
  nanoseconds alone{0};       ///< how long they take one worker
  nanoseconds shared{0};      ///< and n_jobs workers, the wake included
  std::size_t items_all = 0;  ///< the fewest for which all workers are best; 0 = none
};

inline constexpr std::size_t most_items = std::size_t{1} << 31U;

/// workers: that may be used, the caller included. O(log most_items) predictions.
[[nodiscard]] break_even break_even_at(nanoseconds cost,
                                       std::size_t workers,
                                       const overheads& costs) noexcept;

/// The same for costs from 10 ns to 10 ms, three to a power of ten.
///
/// Throws:        std::bad_alloc
[[nodiscard]] std::vector<break_even> break_even_curve(std::size_t workers, const overheads& costs);

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
