#include "runtime/probe/cgroup_limits.hpp"
#include "runtime/probe/memory_available.hpp"
#include "runtime/probe/text_file.hpp"
#include "runtime/probe/text_scan.hpp"

#include <algorithm>
#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

constexpr std::uint64_t bytes_per_kilobyte = 1024;  // "kB" in /proc means this
constexpr std::uint64_t most_kilobytes = UINT64_MAX / bytes_per_kilobyte;

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
  std::optional<std::uint64_t> available;
  if (const std::optional<std::string> text = read_text_file(root, "/proc/meminfo")) {
    available = parse_memory_available(*text);
  }
  if (const std::optional<std::uint64_t> left = probe_cgroup_limits(root).memory_left) {
    available = std::min(*left, available.value_or(*left));
  }
  return available;
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
