#include "runtime/probe/preserved_errno.hpp"
#include "runtime/probe/thread_use.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

policy::nanoseconds in_nanoseconds(const timeval& time) noexcept {
  return policy::nanoseconds{static_cast<double>(time.tv_sec) * 1e9 +
                             static_cast<double>(time.tv_usec) * 1e3};
}

std::size_t count_of(long value) noexcept {
  return static_cast<std::size_t>(std::max(value, 0L));
}

}  // namespace

thread_use this_thread_use() noexcept {
  const preserved_errno keep;
  rusage used{};
  if (::getrusage(RUSAGE_THREAD, &used) != 0) {
    return {};
  }
  return {in_nanoseconds(used.ru_utime) + in_nanoseconds(used.ru_stime),
          count_of(used.ru_nvcsw),
          count_of(used.ru_nivcsw)};
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
