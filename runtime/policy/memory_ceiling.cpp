#include "runtime/policy/memory_ceiling.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

void memory_ceiling::observe(const memory_reading& now, std::size_t workers) noexcept {
  if (!now.is_known) {
    return;
  }
  const std::size_t known = std::min(readings_, in_use_.size());
  // What a map keeps, its results, is no part of what an item takes: the lowest of the newest
  // readings is what everything stands on.
  const double base =
      known > 0 ? *std::min_element(in_use_.begin(), in_use_.begin() + known) : now.in_use;
  if (readings_ == 0) {
    // Items have run, and what they took is free again. If an earlier peak was higher, this is too
    // careful, until the next reading.
    suspected_ = std::max(0.0, now.peak - now.in_use);
  } else {
    suspected_ = 0.0;
    const double highest = now.peak > peak_ ? now.peak : now.in_use;
    const double growth = std::max(0.0, highest - base);
    per_worker_ =
        std::max(per_worker_, growth / static_cast<double>(std::max<std::size_t>(1, workers)));
  }
  peak_ = now.peak;
  in_use_[readings_ % in_use_.size()] = now.in_use;
  ++readings_;
  room_ = now.available + std::max(0.0, now.in_use - base);
  if (limit_ > 0.0) {
    room_ = std::min(room_, limit_);
  }
}

std::size_t memory_ceiling::most_workers(std::size_t most) const noexcept {
  const double each = memory_reserve * std::max(per_worker_, suspected_);
  if (!(each > 0.0) || readings_ == 0 || room_ >= each * static_cast<double>(most)) {
    return most;
  }
  const double fit = room_ / each;
  return fit >= 1.0 && fit < static_cast<double>(most) ? static_cast<std::size_t>(fit) : 1;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
