// The few statistics that the driver needs.
// Thread safety: thread-safe; pure functions.
#pragma once

#include <vector>

namespace amorsize_bench {

/// From `low` to `high`, both included.
struct interval {
  double low = 0;
  double high = 0;
};

/// The value below which the fraction `q` (0..1) of the values lie, interpolated between
/// neighbours. NaN without values.
[[nodiscard]] double quantile(std::vector<double> values, double q);

/// quantile(values, 0.5).
[[nodiscard]] double median(std::vector<double> values);

/// Interquartile range / median: 0.02 means that the middle half of the values lies within 2 %.
/// NaN without values.
[[nodiscard]] double relative_spread(const std::vector<double>& values);

/// NaN without values; values are positive.
[[nodiscard]] double geometric_mean(const std::vector<double>& values);

/// The interval that holds the middle 90 % of the replicates of a bootstrap. NaN without values.
[[nodiscard]] interval middle_90_percent(const std::vector<double>& replicates);

}  // namespace amorsize_bench
