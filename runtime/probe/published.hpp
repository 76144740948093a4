// A value made at first use and kept to the end of the process.
// Thread safety: thread-safe.
#pragma once

#include <amorsize/version.hpp>

#include <atomic>
#include <memory>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// std::call_once without waiting: whoever comes while the value is being made makes another one,
/// and the first to finish is kept. So a child forked in the middle never waits for a thread that
/// it does not have. Never freed: the value must outlive every static destructor.
template <class T>
class published {
 public:
  /// The value, or nullptr while there is none.
  [[nodiscard]] const T* get() const noexcept { return value_.load(std::memory_order_acquire); }

  /// Keeps `made` unless another thread was faster; returns what is kept.
  const T& publish(std::unique_ptr<const T> made) noexcept {
    const T* kept = nullptr;
    // Written once, by any thread, read by all; release publishes what the value consists of.
    if (value_.compare_exchange_strong(
            kept, made.get(), std::memory_order_acq_rel, std::memory_order_acquire)) {
      return *made.release();
    }
    return *kept;
  }

 private:
  std::atomic<const T*> value_{nullptr};
};

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
