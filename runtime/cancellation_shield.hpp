// Keeps a pending pthread_cancel out of code that must not be unwound: reading files and creating
// threads are cancellation points, and a forced unwind through noexcept ends the process.
// Thread safety: belongs to its thread.
#pragma once

#include <amorsize/version.hpp>

#include <pthread.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
class cancellation_shield {
 public:
  cancellation_shield() noexcept { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  cancellation_shield(const cancellation_shield&) = delete;
  cancellation_shield& operator=(const cancellation_shield&) = delete;
  ~cancellation_shield() { pthread_setcancelstate(before_, nullptr); }

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
