// The decisions of one map in order: bounded, the first one and the newest are kept.
// Thread safety: thread-compatible.
#pragma once

#include "runtime/policy/decision.hpp"

#include <algorithm>
#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

class decision_history {
 public:
  struct entry {
    nanoseconds when{0};  ///< since the map began
    decision what{};
  };
  static constexpr std::size_t capacity = 64;

  decision_history() noexcept {}  // the slots are deliberately left alone: 8 KB of zeros per map

  void record(nanoseconds when, const decision& what) noexcept {
    const std::size_t at = total_ < capacity ? total_ : 1 + (total_ - 1) % (capacity - 1);
    slots_[at].filled = entry{when, what};
    ++total_;
  }

  [[nodiscard]] std::size_t size() const noexcept { return std::min(total_, capacity); }
  [[nodiscard]] std::size_t dropped() const noexcept { return total_ - size(); }

  /// The i-th kept entry, oldest first; i < size().
  [[nodiscard]] const entry& at(std::size_t i) const noexcept {
    if (i == 0 || total_ <= capacity) {
      return slots_[i].filled;
    }
    return slots_[1 + (total_ - 1 + i - 1) % (capacity - 1)].filled;
  }
  [[nodiscard]] const entry& newest() const noexcept { return at(size() - 1); }
  /// Were there ever more workers than CPUs?
  [[nodiscard]] bool went_beyond_cpus() const noexcept {
    for (std::size_t i = 0; i < size(); ++i) {
      if (at(i).what.is_beyond_cpus()) {
        return true;
      }
    }
    return false;
  }

 private:
  union slot {
    slot() noexcept {}
    entry filled;
  };
  slot slots_[capacity];
  std::size_t total_ = 0;
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
