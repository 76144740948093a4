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

std::string_view read_or_empty(text_reader& files,
                               std::string_view directory,
                               std::string_view name) noexcept {
  return files.read(directory, name).value_or(std::string_view{});
}

/// The group that grants the fewest CPUs.
struct tightest_group {
  std::optional<double> quota;
  const std::string* directory = nullptr;

  void keep_smaller(std::optional<double> other, const std::string& of) noexcept {
    if (other && (!quota || *other < *quota)) {
      quota = other;
      directory = &of;
    }
  }
};

tightest_group find_tightest(text_reader& files, const cgroup_chain& chain) noexcept {
  tightest_group tightest;
  for (const std::string& directory : chain.unified) {
    tightest.keep_smaller(parse_cpu_max(read_or_empty(files, directory, "/cpu.max")), directory);
  }
  for (const std::string& directory : chain.cpu) {
    const std::optional<std::uint64_t> quota =
        parse_whole_number(trim(read_or_empty(files, directory, "/cpu.cfs_quota_us")));
    if (quota) {  // "-1" is no limit
      const std::string_view period = read_or_empty(files, directory, "/cpu.cfs_period_us");
      tightest.keep_smaller(quota_over_period(quota, parse_whole_number(trim(period))), directory);
    }
  }
  return tightest;
}

struct memory_files {
  std::string_view limit;
  std::string_view usage;
};

/// One hierarchy's share of `limits`.
void read_memory(text_reader& files,
                 const std::vector<std::string>& directories,
                 const memory_files& names,
                 cgroup_limits& limits) noexcept {
  for (const std::string& directory : directories) {
    const std::optional<std::uint64_t> limit =
        parse_memory_limit(read_or_empty(files, directory, names.limit));
    if (!limit) {
      continue;
    }
    std::optional<std::uint64_t> usage =
        parse_whole_number(trim(read_or_empty(files, directory, names.usage)));
    if (usage) {
      const std::uint64_t reclaimable =
          parse_inactive_file(read_or_empty(files, directory, "/memory.stat"));
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

std::optional<double> read_cpu_quota(text_reader& files, const cgroup_chain& chain) noexcept {
  return find_tightest(files, chain).quota;
}

std::optional<throttling> read_throttling(text_reader& files, const cgroup_chain& chain) noexcept {
  const tightest_group found = find_tightest(files, chain);
  return found.directory == nullptr
             ? std::nullopt
             : parse_throttling(read_or_empty(files, *found.directory, "/cpu.stat"));
}

cgroup_limits read_memory_limits(text_reader& files, const cgroup_chain& chain) noexcept {
  cgroup_limits limits;
  read_memory(files, chain.unified, {.limit = "/memory.max", .usage = "/memory.current"}, limits);
  read_memory(files,
              chain.memory,
              {.limit = "/memory.limit_in_bytes", .usage = "/memory.usage_in_bytes"},
              limits);
  return limits;
}

cgroup_limits probe_cgroup_limits(std::string_view root) noexcept {
  try {
    const cgroup_chain chain =
        find_cgroup_chain(root, read_text_file(root, "/proc/self/cgroup").value_or(""));
    text_reader files(root);
    cgroup_limits limits = read_memory_limits(files, chain);
    limits.cpu_quota = read_cpu_quota(files, chain);
    return limits;
  } catch (const std::exception&) {  // no memory: as if there were no limits to read
    return {};
  }
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
