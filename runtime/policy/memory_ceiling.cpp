#include "runtime/policy/memory_ceiling.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// What the map keeps, its results, is no part of what an item takes. While the number of workers
/// stays the same it is what the lowest of the newest readings has grown by; when more come, what
/// exceeds what their items should take.
void memory_ceiling::follow_base(double in_use, std::size_t workers) noexcept {
  if (workers != workers_) {
    kept_ = base_;
    const double risen = in_use - last_in_use_;
    const double more = static_cast<double>(workers) - static_cast<double>(workers_);
    if (per_worker_ > 0.0) {
      kept_ += std::max(0.0, risen - std::max(0.0, more * per_worker_));
    }
    workers_ = workers;
    newest_ = 0;
  }
  in_use_[newest_ % in_use_.size()] = in_use;
  ++newest_;
  const std::size_t known = std::min(newest_, in_use_.size());
  const double lowest = *std::min_element(in_use_.begin(), in_use_.begin() + known);
  if (newest_ <= in_use_.size()) {
    level_ = lowest;
  }
  base_ = std::min(in_use, kept_ + (lowest - level_));
  last_in_use_ = in_use;
}

void memory_ceiling::begin(const memory_reading& now) noexcept {
  is_begun_ = true;
  workers_ = 1;
  peak_ = now.peak;
  first_ = kept_ = base_ = level_ = last_in_use_ = now.in_use;
}

void memory_ceiling::observe_idle(const memory_reading& now, double touched) noexcept {
  if (!now.is_known) {
    return;
  }
  if (!is_begun_) {
    begin(now);
  }
  suspected_ = std::max(0.0, now.peak - now.in_use);
  if (touched != not_told) {
    suspected_ = std::min(suspected_, touched);
  }
  follow_base(now.in_use, workers_);
  peak_ = now.peak;
  room_ = now.available;
  if (limit_ > 0.0) {
    room_ = std::min(room_, limit_ - (base_ - first_));
  }
}

void memory_ceiling::observe(const memory_reading& now, std::size_t workers) noexcept {
  if (!now.is_known) {
    return;
  }
  const std::size_t running = std::max<std::size_t>(1, workers);
  if (!is_begun_) {
    begin(now);
    workers_ = running;
  }
  suspected_ = 0.0;
  follow_base(now.in_use, running);
  const double highest = now.peak > peak_ ? now.peak : now.in_use;
  const double growth = std::max(0.0, highest - base_);
  per_worker_ = std::max(per_worker_, growth / static_cast<double>(running));
  peak_ = now.peak;
  // What running items hold they give back: it is there for the items of as many workers.
  const double held = std::min(now.in_use - base_, per_worker_ * static_cast<double>(running));
  room_ = now.available + std::max(0.0, held);
  if (limit_ > 0.0) {
    room_ = std::min(room_, limit_ - (base_ - first_));
  }
}

std::size_t memory_ceiling::most_workers(std::size_t most) const noexcept {
  const double each = memory_reserve * std::max(per_worker_, suspected_);
  if (!(each > 0.0) || !is_begun_ || room_ >= each * static_cast<double>(most)) {
    return most;
  }
  const double fit = room_ / each;
  return fit >= 1.0 && fit < static_cast<double>(most) ? static_cast<std::size_t>(fit) : 1;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
