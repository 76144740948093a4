// What the items of a map cost: the shapes that schedulers are good and bad at, and recorded ones.
// Thread safety: values; const functions are thread-safe.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace amorsize_tests {

using amorsize::policy::nanoseconds;

enum class shape {
  uniform,       ///< all the same
  rising,        ///< linear from 0 to twice the mean
  falling,       ///< the same backwards
  bimodal,       ///< nine of ten cost a tenth of the tenth, in random order
  pareto,        ///< alpha 1.2, in random order; one item at most a ten-thousandth of the work
  giant_at_end,  ///< uniform, and the last item costs as much as a tenth of all others
  step_up,       ///< the second half is ten times dearer
  step_down,     ///< the first half is
  first_dear,    ///< uniform, but the first item costs a thousand
  drifting,      ///< slow waves of a factor of three
};
[[nodiscard]] const char* name_of(shape which) noexcept;
/// Those where items are many and none dominates, so that a good schedule comes near the lower
/// bound.
[[nodiscard]] const std::vector<shape>& balanced_shapes();
[[nodiscard]] const std::vector<shape>& all_shapes();

/// The costs of the items of one map. Sums over any range in O(1).
class item_costs {
 public:
  /// One cost per item.
  explicit item_costs(const std::vector<nanoseconds>& each);
  [[nodiscard]] static item_costs of(shape which,
                                     std::size_t items,
                                     nanoseconds mean,
                                     std::uint64_t seed = 1);
  /// One number per line, nanoseconds; '#' begins a comment. Throws std::runtime_error, naming the
  /// file and the line, when it cannot be read.
  [[nodiscard]] static item_costs from_file(const std::filesystem::path& trace);

  /// These costs over and over until there are so many, scaled to that mean. At least one item.
  [[nodiscard]] item_costs repeated(std::size_t items, nanoseconds mean) const;

  /// The same items in the same order, beginning with the one at `first` < items().
  [[nodiscard]] item_costs rotated(std::size_t first) const;

  [[nodiscard]] std::size_t items() const noexcept { return until_.size() - 1; }
  [[nodiscard]] nanoseconds of_range(std::size_t first, std::size_t last) const noexcept {
    return nanoseconds{until_[last] - until_[first]};
  }
  [[nodiscard]] nanoseconds total() const noexcept { return nanoseconds{until_.back()}; }
  [[nodiscard]] nanoseconds longest() const noexcept { return longest_; }
  /// No schedule on so many equal workers can be shorter. Source: Graham 1969.
  [[nodiscard]] nanoseconds lower_bound(std::size_t workers) const noexcept;

 private:
  std::vector<double> until_;  ///< [i]: of all items before i
  nanoseconds longest_{0};
};

}  // namespace amorsize_tests
