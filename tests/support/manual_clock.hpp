// A clock that a test turns by hand.
// Thread safety: thread-safe.
#pragma once

#include "runtime/clock.hpp"

#include <atomic>

namespace amorsize_tests {

class manual_clock final : public amorsize::clock {
 public:
  [[nodiscard]] amorsize::policy::nanoseconds now() const noexcept override {
    return amorsize::policy::nanoseconds{now_.load(std::memory_order_relaxed)};
  }
  void advance(amorsize::policy::nanoseconds by) noexcept {
    now_.fetch_add(by.count(), std::memory_order_relaxed);
  }

 private:
  std::atomic<double> now_{1'000.0};
};

}  // namespace amorsize_tests
