// A stream of 2,000 results of 1 MB under options::memory_limit = 64 MB, in a memory cgroup of 80
// MB: more than that and the kernel ends the process. Exit code 77, and a sentence, where no cgroup
// can be made.
#include <amorsize/amorsize.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ranges>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::size_t megabyte = std::size_t{1} << 20U;
constexpr std::size_t group_bytes = 80 * megabyte;
constexpr std::size_t limit_bytes = 64 * megabyte;
constexpr int results = 2'000;
constexpr int skipped = 77;

/// A folder of this process's own below the memory controller, and the files in it.
struct group {
  fs::path folder;
  const char* limit = nullptr;
  const char* highest = nullptr;
};

bool write_to(const fs::path& file, const std::string& text) {
  std::ofstream to(file);
  return static_cast<bool>(to << text << std::flush);
}

/// The path of this process below `controller` ("" = version 2), as /proc/self/cgroup tells it.
std::string path_below(const std::string& controller) {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second != std::string::npos && line.substr(first + 1, second - first - 1) == controller) {
      return line.substr(second + 2);
    }
  }
  return "";
}

bool make(group& to, const fs::path& parent, const char* limit, const char* highest) {
  std::error_code failed;
  if (!fs::exists(parent, failed)) {
    return false;
  }
  to = {parent / ("amorsize-test-" + std::to_string(::getpid())), limit, highest};
  if (!fs::create_directory(to.folder, failed) || failed) {
    return false;
  }
  if (write_to(to.folder / limit, std::to_string(group_bytes))) {
    return true;
  }
  fs::remove(to.folder, failed);
  return false;
}

bool make_group(group& to) {
  const fs::path root = "/sys/fs/cgroup";
  // Inside a container the path may be one of the host's: then the root is the container's own.
  for (const fs::path& parent : {root / "memory" / path_below("memory"), root / "memory"}) {
    if (make(to, parent, "memory.limit_in_bytes", "memory.max_usage_in_bytes")) {
      return true;
    }
  }
  for (const fs::path& parent : {root / path_below(""), root}) {
    if (make(to, parent, "memory.max", "memory.peak")) {
      return true;
    }
  }
  return false;
}

int run_stream(std::size_t n_jobs) {
  std::size_t sum = 0;
  for (const std::vector<char>& result :
       std::views::iota(0, results) |
           amorsize::views::parallel_map(
               [](int x) { return std::vector<char>(megabyte, static_cast<char>(x)); },
               {.n_jobs = n_jobs, .memory_limit = limit_bytes})) {
    sum += result.size();
  }
  return sum == results * megabyte ? 0 : 1;
}

/// In a child that has entered the group.
bool survives(const group& in, std::size_t n_jobs) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool is_in = write_to(in.folder / "cgroup.procs", std::to_string(::getpid()));
    ::_exit(is_in ? run_stream(n_jobs) : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  std::string highest = "?";
  std::ifstream(in.folder / in.highest) >> highest;
  std::printf("n_jobs %zu: status %d, at most %s bytes of %zu\n",
              n_jobs,
              status,
              highest.c_str(),
              group_bytes);
  return child > 0 && status == 0;
}

}  // namespace

int main() {
  group in;
  if (!make_group(in)) {
    std::puts("skipped: no memory cgroup can be made here");
    return skipped;
  }
  bool fine = true;
  for (const std::size_t n_jobs : {0U, 2U, 4U}) {
    fine = survives(in, n_jobs) && fine;
  }
  std::error_code failed;
  fs::remove(in.folder, failed);
  return fine ? 0 : 1;
}
