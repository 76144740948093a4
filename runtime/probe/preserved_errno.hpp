// Probes fail silently: what a caller had in errno before must still be there afterwards.
// Thread safety: errno belongs to the calling thread, and so does an object of this class.
#pragma once

#include <amorsize/version.hpp>

#include <cerrno>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// Puts errno back at the end of the scope.
class preserved_errno {
 public:
  preserved_errno() noexcept : saved_(errno) {}
  preserved_errno(const preserved_errno&) = delete;
  preserved_errno& operator=(const preserved_errno&) = delete;
  ~preserved_errno() { errno = saved_; }

 private:
  int saved_;
};

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
