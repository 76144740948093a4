// What is left of a map, by where it lies.
// Thread safety: thread-compatible.
#pragma once

#include "runtime/policy/units.hpp"

#include <algorithm>
#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

/// What is left, each range by the cost of its own newest items.
class range_costs {
 public:
  void add(std::size_t units, double cost) noexcept {
    units_ += static_cast<double>(units);
    time_ += cost * static_cast<double>(units);
    costs_ += cost;
    ++ranges_;
  }
  /// Items that are in no range seen here are taken to cost what those of a mean range do.
  [[nodiscard]] policy::nanoseconds predict(std::size_t items_left,
                                            std::size_t unit_items) const noexcept {
    if (ranges_ == 0) {
      return policy::nanoseconds{0};
    }
    const double per_unit = static_cast<double>(unit_items);
    const double elsewhere = static_cast<double>(items_left) - units_ * per_unit;
    return policy::sane(policy::nanoseconds{time_ * per_unit + std::max(0.0, elsewhere) * costs_ /
                                                                   static_cast<double>(ranges_)});
  }

 private:
  double units_ = 0.0;
  double time_ = 0.0;
  double costs_ = 0.0;
  std::size_t ranges_ = 0;
};

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
