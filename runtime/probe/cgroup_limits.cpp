#include "runtime/probe/cgroup_limits.hpp"
#include "runtime/probe/text_file.hpp"
#include "runtime/probe/text_scan.hpp"

#include <algorithm>
#include <exception>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

/// Hosts that run many containers have a mountinfo of hundreds of kilobytes.
constexpr std::size_t largest_mountinfo_bytes = std::size_t{4} * 1024 * 1024;

/// Directories of one hierarchy. Of several mounts that show the group the one that shows most of
/// its ancestors.
std::vector<std::string> directories_in(const std::vector<cgroup_mount>& mounts,
                                        bool cgroup_mount::*hierarchy,
                                        const std::optional<std::string>& group) {
  if (!group) {
    return {};
  }
  const cgroup_mount* best = nullptr;
  bool best_shows_it = false;
  for (const cgroup_mount& mount : mounts) {
    if (!(mount.*hierarchy)) {
      continue;
    }
    const bool shows_it = path_below_mount(mount, *group).has_value();
    if (best == nullptr || (shows_it && !best_shows_it) ||
        (shows_it && mount.root.size() < best->root.size())) {
      best = &mount;
      best_shows_it = shows_it;
    }
  }
  return best == nullptr ? std::vector<std::string>{} : cgroup_directories(*best, *group);
}

std::string read_or_empty(std::string_view root, std::string_view directory, const char* name) {
  std::string path(directory);
  path += '/';
  path += name;
  return read_text_file(root, path).value_or(std::string{});
}

void keep_smaller(std::optional<double>& smallest, std::optional<double> other) noexcept {
  if (other && (!smallest || *other < *smallest)) {
    smallest = other;
  }
}

struct memory_files {
  const char* limit;
  const char* usage;
};

/// One hierarchy's share of `limits`.
void read_memory(std::string_view root,
                 const std::vector<std::string>& directories,
                 const memory_files& files,
                 cgroup_limits& limits) {
  for (const std::string& directory : directories) {
    const std::optional<std::uint64_t> limit =
        parse_memory_limit(read_or_empty(root, directory, files.limit));
    if (!limit) {
      continue;
    }
    std::optional<std::uint64_t> usage =
        parse_whole_number(trim(read_or_empty(root, directory, files.usage)));
    if (usage) {
      const std::uint64_t reclaimable =
          parse_inactive_file(read_or_empty(root, directory, "memory.stat"));
      usage = *usage - std::min(*usage, reclaimable);
      const std::uint64_t left = *limit - std::min(*limit, *usage);
      limits.memory_left = std::min(left, limits.memory_left.value_or(left));
    }
    if (!limits.memory_limit || *limit < *limits.memory_limit) {
      limits.memory_limit = limit;
      limits.memory_usage = usage;
    }
  }
}

}  // namespace

cgroup_chain find_cgroup_chain(std::string_view root, std::string_view membership_text) {
  const std::vector<cgroup_mount> mounts = parse_cgroup_mounts(
      read_text_file(root, "/proc/self/mountinfo", largest_mountinfo_bytes).value_or(""));
  const cgroup_membership where = parse_cgroup_membership(membership_text);
  return {.unified = directories_in(mounts, &cgroup_mount::unified, where.unified),
          .cpu = directories_in(mounts, &cgroup_mount::cpu, where.cpu),
          .memory = directories_in(mounts, &cgroup_mount::memory, where.memory)};
}

std::optional<double> read_cpu_quota(std::string_view root, const cgroup_chain& chain) {
  std::optional<double> tightest;
  for (const std::string& directory : chain.unified) {
    keep_smaller(tightest, parse_cpu_max(read_or_empty(root, directory, "cpu.max")));
  }
  for (const std::string& directory : chain.cpu) {
    const std::string quota = read_or_empty(root, directory, "cpu.cfs_quota_us");
    if (parse_whole_number(trim(quota))) {  // "-1" is no limit
      keep_smaller(tightest,
                   parse_cpu_quota(quota, read_or_empty(root, directory, "cpu.cfs_period_us")));
    }
  }
  return tightest;
}

cgroup_limits probe_cgroup_limits(std::string_view root) noexcept {
  try {
    const cgroup_chain chain =
        find_cgroup_chain(root, read_text_file(root, "/proc/self/cgroup").value_or(""));
    cgroup_limits limits;
    limits.cpu_quota = read_cpu_quota(root, chain);
    read_memory(root, chain.unified, {.limit = "memory.max", .usage = "memory.current"}, limits);
    read_memory(root,
                chain.memory,
                {.limit = "memory.limit_in_bytes", .usage = "memory.usage_in_bytes"},
                limits);
    return limits;
  } catch (const std::exception&) {  // no memory: as if there were no limits to read
    return {};
  }
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
