#include "runtime/probe/memory_in_use.hpp"
#include "runtime/probe/preserved_errno.hpp"
#include "runtime/probe/text_file.hpp"
#include "runtime/probe/text_scan.hpp"

#include <algorithm>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

constexpr std::uint64_t bytes_per_kilobyte = 1024;  // ru_maxrss counts these

}  // namespace

std::optional<std::uint64_t> parse_resident(std::string_view text,
                                            std::uint64_t page_bytes) noexcept {
  static_cast<void>(take_until(text, ' '));  // the size of the address space
  const std::optional<std::uint64_t> pages = parse_whole_number(trim(take_until(text, ' ')));
  if (!pages || page_bytes == 0 || *pages > UINT64_MAX / page_bytes) {
    return std::nullopt;
  }
  return *pages * page_bytes;
}

std::optional<memory_use> probe_memory_in_use(std::string_view root) noexcept {
  const preserved_errno keep;
  text_reader files(root);
  const std::optional<std::string_view> text = files.read("/proc/self/statm");
  const long page = ::sysconf(_SC_PAGESIZE);
  const std::optional<std::uint64_t> resident =
      text && page > 0 ? parse_resident(*text, static_cast<std::uint64_t>(page)) : std::nullopt;
  if (!resident) {
    return std::nullopt;
  }
  memory_use use{*resident, *resident};
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0 && used.ru_maxrss > 0) {
    use.peak = std::max(use.peak, static_cast<std::uint64_t>(used.ru_maxrss) * bytes_per_kilobyte);
  }
  return use;
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
