#include "runtime/probe/cpu_list.hpp"
#include "runtime/probe/text_scan.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

/// Both ends included.
struct cpu_range {
  std::size_t first;
  std::size_t last;
};

std::optional<std::size_t> parse_cpu(std::string_view text) noexcept {
  const std::optional<std::uint64_t> number = parse_whole_number(text);
  if (!number || *number >= most_cpus) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(*number);
}

std::optional<cpu_range> parse_range(std::string_view text) noexcept {
  const std::size_t dash = text.find('-');
  const std::optional<std::size_t> first = parse_cpu(text.substr(0, dash));
  const std::optional<std::size_t> last =
      dash == std::string_view::npos ? first : parse_cpu(text.substr(dash + 1));
  if (!first || !last || *last < *first) {
    return std::nullopt;
  }
  return cpu_range{*first, *last};
}

/// Ascending, disjoint. Merged before anybody expands them: a text may name all CPUs many times.
std::optional<std::vector<cpu_range>> parse_ranges(std::string_view text) {
  std::vector<cpu_range> ranges;
  text = trim(text);
  if (text.empty()) {
    return ranges;
  }
  const auto parts = static_cast<std::size_t>(std::count(text.begin(), text.end(), ',')) + 1;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::optional<cpu_range> range = parse_range(take_until(text, ','));
    if (!range) {
      return std::nullopt;
    }
    ranges.push_back(*range);
  }
  std::sort(ranges.begin(), ranges.end(), [](const cpu_range& a, const cpu_range& b) {
    return a.first < b.first;
  });
  std::vector<cpu_range> merged;
  for (const cpu_range& range : ranges) {
    if (!merged.empty() && range.first <= merged.back().last) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

}  // namespace

std::optional<std::vector<std::size_t>> parse_cpu_list(std::string_view text) noexcept {
  try {
    const std::optional<std::vector<cpu_range>> ranges = parse_ranges(text);
    if (!ranges) {
      return std::nullopt;
    }
    std::vector<std::size_t> cpus;
    for (const cpu_range& range : *ranges) {
      for (std::size_t cpu = range.first; cpu <= range.last; ++cpu) {
        cpus.push_back(cpu);
      }
    }
    return cpus;
  } catch (const std::exception&) {  // no memory: as if the system would not tell
    return std::nullopt;
  }
}

std::optional<std::size_t> count_cpu_list(std::string_view text) noexcept {
  try {
    const std::optional<std::vector<cpu_range>> ranges = parse_ranges(text);
    if (!ranges) {
      return std::nullopt;
    }
    std::size_t count = 0;
    for (const cpu_range& range : *ranges) {
      count += range.last - range.first + 1;
    }
    return count;
  } catch (const std::exception&) {  // no memory: as if the system would not tell
    return std::nullopt;
  }
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
