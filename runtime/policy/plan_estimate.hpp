// How far a dry run can be believed: what its samples say about the cost, and where that puts the
// speedup. Pure. Thread safety: sample_statistics is thread-compatible; the functions are pure.
#pragma once

#include "runtime/policy/controller.hpp"
#include "runtime/policy/overhead_model.hpp"
#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Blocks of items from all over the input, the very first one apart: in a fresh process a first
/// exp was measured at 1,000 times, a first allocating string at 40 times the later ones. Nothing
/// is forgotten, unlike in cost_estimate: samples are of one moment.
class sample_statistics {
 public:
  /// Adds a block. Blocks of no items are ignored. O(1).
  void observe(std::size_t items, nanoseconds busy) noexcept;

  /// Per item; the first block counts only while there is no other.
  [[nodiscard]] nanoseconds cost() const noexcept;
  [[nodiscard]] nanoseconds first_call() const noexcept { return first_busy_; }
  /// Of all blocks but the first.
  [[nodiscard]] nanoseconds busy() const noexcept { return busy_; }
  /// Standard deviation between blocks / mean; 0 = even or unknown.
  [[nodiscard]] double spread() const noexcept;
  /// Standard error of cost() / cost(). 1 when there is only the first call to go by.
  [[nodiscard]] double relative_error() const noexcept;

 private:
  double first_items_ = 0.0;
  nanoseconds first_busy_{0};
  double items_ = 0.0;
  nanoseconds busy_{0};
  double items_squared_ = 0.0;  ///< sum of items^2
  double cost_squared_ = 0.0;   ///< sum of items x cost^2
};

/// What a plan is made of.
struct plan_basis {
  std::size_t items = 0;
  bool is_sized = false;
  nanoseconds cost{0};  ///< per item
  overheads costs = {};
  capacity where = {};
};

struct speedup_range {
  double low = 1.0;
  double expected = 1.0;
  double high = 1.0;
};

/// So much timed work makes the interval narrow.
inline constexpr nanoseconds well_timed{1e3};
/// high / low is then at most this.
inline constexpr double narrow = 1.5;

/// The speedup of n_jobs workers over the plain loop, for a map called with the plan's options.
/// sampled: time of the dry run behind it. low <= expected <= high, all positive.
[[nodiscard]] speedup_range estimate_speedup(const plan_basis& basis,
                                             std::size_t n_jobs,
                                             double relative_error,
                                             nanoseconds sampled) noexcept;

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
