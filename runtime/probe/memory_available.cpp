#include "runtime/probe/cgroup_limits.hpp"
#include "runtime/probe/current_cgroups.hpp"
#include "runtime/probe/memory_available.hpp"
#include "runtime/probe/text_file.hpp"
#include "runtime/probe/text_scan.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

constexpr std::uint64_t bytes_per_kilobyte = 1024;  // "kB" in /proc means this
constexpr std::uint64_t most_kilobytes = UINT64_MAX / bytes_per_kilobyte;

using bytes = std::optional<std::uint64_t>;

bytes read_meminfo(std::string_view root) noexcept {
  text_reader files(root);
  const std::optional<std::string_view> text = files.read("/proc/meminfo");
  return text ? parse_memory_available(*text) : std::nullopt;
}

bytes smaller(bytes a, bytes b) noexcept {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

}  // namespace

std::optional<std::uint64_t> parse_memory_available(std::string_view text) noexcept {
  constexpr std::string_view unit = "kB";
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (take_until(line, ':') != "MemAvailable") {
      continue;
    }
    line = trim(line);
    if (!line.ends_with(unit)) {
      return std::nullopt;
    }
    line.remove_suffix(unit.size());
    const std::optional<std::uint64_t> kilobytes = parse_whole_number(trim(line));
    if (!kilobytes || *kilobytes > most_kilobytes) {
      return std::nullopt;
    }
    return *kilobytes * bytes_per_kilobyte;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> probe_memory_available(std::string_view root) noexcept {
  return smaller(read_meminfo(root), probe_cgroup_limits(root).memory_left);
}

std::optional<std::uint64_t> current_memory_available() noexcept {
  return smaller(read_meminfo("/"), current_memory_left());
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
