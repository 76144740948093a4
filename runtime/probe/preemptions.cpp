#include "runtime/probe/preemptions.hpp"
#include "runtime/probe/preserved_errno.hpp"

#include <sys/resource.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

std::optional<std::uint64_t> count_preemptions() noexcept {
  const preserved_errno restored;
  struct rusage used {};
  if (::getrusage(RUSAGE_THREAD, &used) != 0 || used.ru_nivcsw < 0) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(used.ru_nivcsw);
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
