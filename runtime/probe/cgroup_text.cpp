#include "runtime/probe/cgroup_text.hpp"
#include "runtime/probe/text_file.hpp"
#include "runtime/probe/text_scan.hpp"

#include <algorithm>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

/// Version 1 says "unlimited" with the largest multiple of the page size; nobody has an exbibyte.
constexpr std::uint64_t unlimited_memory_bytes = std::uint64_t{1} << 60;
/// The kernel's own, used where a cpu.max names a quota alone.
constexpr std::uint64_t default_period_us = 100'000;

/// The first word of `rest`, which is cut off.
std::string_view take_word(std::string_view& rest) noexcept {
  rest = trim(rest);
  const std::size_t end = rest.find_first_of(blanks);
  const std::string_view word = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
  return word;
}

bool has_element(std::string_view comma_list, std::string_view element) noexcept {
  while (!comma_list.empty()) {
    if (take_until(comma_list, ',') == element) {
      return true;
    }
  }
  return false;
}

bool is_octal(char digit) noexcept {
  return digit >= '0' && digit <= '7';
}

/// mountinfo writes blanks and backslashes as \ and three octal digits.
std::string unescape(std::string_view text) {
  constexpr std::size_t escape_length = 4;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view escape = text.substr(i, escape_length);
    if (escape.size() == escape_length && escape[0] == '\\' && is_octal(escape[1]) &&
        is_octal(escape[2]) && is_octal(escape[3])) {
      const int code = (escape[1] - '0') * 64 + (escape[2] - '0') * 8 + (escape[3] - '0');
      plain += static_cast<char>(code & 0xff);
      i += escape_length - 1;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// "36 35 98:0 /root /point rw,noatime master:1 - cgroup2 cgroup rw": any number of optional fields
/// before the lone dash.
std::optional<cgroup_mount> parse_mount(std::string_view line) {
  constexpr int fields_before_root = 3;
  for (int i = 0; i < fields_before_root; ++i) {
    take_until(line, ' ');
  }
  const std::string_view root = take_until(line, ' ');
  const std::string_view point = take_until(line, ' ');
  while (!line.empty() && take_until(line, ' ') != "-") {
  }
  const std::string_view type = take_until(line, ' ');
  take_until(line, ' ');  // the source: a free text
  if (type != "cgroup" && type != "cgroup2") {
    return std::nullopt;
  }
  const std::string_view controllers = trim(line);
  cgroup_mount mount{.root = unescape(root), .point = unescape(point)};
  mount.unified = type == "cgroup2";
  mount.cpu = !mount.unified && has_element(controllers, "cpu");
  mount.memory = !mount.unified && has_element(controllers, "memory");
  if (!is_contained_path(mount.point)) {
    return std::nullopt;
  }
  return mount;
}

}  // namespace

cgroup_membership parse_cgroup_membership(std::string_view text) {
  cgroup_membership where;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view hierarchy = take_until(line, ':');
    const std::string_view controllers = take_until(line, ':');
    const std::string_view path = line;  // may contain colons
    if (path.empty() || path.front() != '/') {
      continue;
    }
    if (hierarchy == "0" && controllers.empty()) {
      where.unified = path;
    }
    if (has_element(controllers, "cpu")) {
      where.cpu = path;
    }
    if (has_element(controllers, "memory")) {
      where.memory = path;
    }
  }
  return where;
}

std::vector<cgroup_mount> parse_cgroup_mounts(std::string_view text) {
  std::vector<cgroup_mount> mounts;
  while (!text.empty()) {
    if (std::optional<cgroup_mount> mount = parse_mount(take_until(text, '\n'))) {
      mounts.push_back(std::move(*mount));
    }
  }
  return mounts;
}

std::optional<double> parse_cpu_max(std::string_view text) noexcept {
  const std::string_view quota = take_word(text);
  const std::string_view period = take_word(text);
  return quota_over_period(parse_whole_number(quota),
                           period.empty() ? default_period_us : parse_whole_number(period));
}

std::optional<double> quota_over_period(std::optional<std::uint64_t> quota,
                                        std::optional<std::uint64_t> period) noexcept {
  if (!quota || !period || *quota == 0 || *period == 0) {
    return std::nullopt;
  }
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::optional<throttling> parse_throttling(std::string_view cpu_stat) noexcept {
  constexpr double nanoseconds_per_microsecond = 1e3;
  std::optional<throttling> seen;
  while (!cpu_stat.empty()) {
    std::string_view line = take_until(cpu_stat, '\n');
    const std::string_view name = take_word(line);
    const std::optional<std::uint64_t> value = parse_whole_number(trim(line));
    if (!value) {
      continue;
    }
    if (name == "nr_throttled") {
      seen.emplace(seen.value_or(throttling{})).times = *value;
    } else if (name == "throttled_time") {
      seen.emplace(seen.value_or(throttling{})).lasted_ns = static_cast<double>(*value);
    } else if (name == "throttled_usec") {
      seen.emplace(seen.value_or(throttling{})).lasted_ns =
          static_cast<double>(*value) * nanoseconds_per_microsecond;
    }
  }
  return seen;
}

std::optional<std::uint64_t> parse_memory_limit(std::string_view text) noexcept {
  const std::optional<std::uint64_t> bytes = parse_whole_number(trim(text));
  return bytes && *bytes < unlimited_memory_bytes ? bytes : std::nullopt;
}

std::uint64_t parse_inactive_file(std::string_view memory_stat) noexcept {
  std::uint64_t own = 0;
  while (!memory_stat.empty()) {
    std::string_view line = take_until(memory_stat, '\n');
    const std::string_view name = take_word(line);
    if (name == "total_inactive_file") {  // version 1; version 2 always counts the children
      return parse_whole_number(trim(line)).value_or(0);
    }
    if (name == "inactive_file") {
      own = parse_whole_number(trim(line)).value_or(0);
    }
  }
  return own;
}

std::optional<std::string_view> path_below_mount(const cgroup_mount& mount,
                                                 std::string_view group) noexcept {
  std::string_view rest = group;
  if (mount.root != "/") {
    if (group.substr(0, mount.root.size()) != mount.root) {
      return std::nullopt;
    }
    rest = group.substr(mount.root.size());
  }
  rest = rest.substr(0, rest.find_last_not_of('/') + 1);
  if (!rest.empty() && !is_contained_path(rest)) {
    return std::nullopt;
  }
  return rest;
}

std::vector<std::string> cgroup_directories(const cgroup_mount& mount, std::string_view group) {
  const std::string point = mount.point.substr(0, mount.point.find_last_not_of('/') + 1);
  const std::string_view below = path_below_mount(mount, group).value_or(std::string_view{});
  std::vector<std::string> directories = {point};
  std::size_t end = 0;
  while (end < below.size() && directories.size() < most_cgroup_levels) {
    end = std::min(below.find('/', end + 1), below.size());
    directories.push_back(point + std::string(below.substr(0, end)));
  }
  std::reverse(directories.begin(), directories.end());
  return directories;
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
