// A control group of this test's own, where one can be made: version 1 or 2, by root or by whom a
// part of the tree was left to. Thread safety: thread-compatible.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace amorsize_test {

/// What CTest is told when there is no group to be had.
inline constexpr int skipped_without_cgroup = 77;

class own_cgroup {
 public:
  /// controller: "cpu", "memory" or "pids".
  [[nodiscard]] static std::optional<own_cgroup> make(const std::string& controller) {
    namespace fs = std::filesystem;
    const fs::path root = "/sys/fs/cgroup";
    const std::string name = "amorsize-test-" + std::to_string(::getpid());
    // Inside a container the path may be one of the host's: then the root is the container's own.
    const std::pair<fs::path, bool> parents[] = {{root / controller / path_below(controller), true},
                                                 {root / controller, true},
                                                 {root / path_below(""), false},
                                                 {root, false}};
    const std::string second = controller + ".max";
    const std::string needed[] = {controller == "cpu"      ? "cpu.cfs_quota_us"
                                  : controller == "memory" ? "memory.limit_in_bytes"
                                                           : second,
                                  second};
    for (const auto& [parent, is_first] : parents) {
      std::error_code failed;
      if (!fs::exists(parent / "cgroup.procs", failed)) {
        continue;
      }
      const fs::path folder = parent / name;
      if (!fs::create_directory(folder, failed) || failed) {
        continue;
      }
      if (fs::exists(folder / needed[is_first ? 0 : 1], failed)) {
        return own_cgroup(folder, is_first);
      }
      fs::remove(folder, failed);
    }
    return std::nullopt;
  }

  own_cgroup(own_cgroup&& other) noexcept
      : folder_(std::exchange(other.folder_, {})), is_first_(other.is_first_) {}
  own_cgroup& operator=(own_cgroup&& other) noexcept {
    std::swap(folder_, other.folder_);
    std::swap(is_first_, other.is_first_);
    return *this;
  }
  ~own_cgroup() {
    if (!folder_.empty()) {
      std::error_code failed;
      std::filesystem::remove(folder_, failed);
    }
  }

  [[nodiscard]] bool write(const std::string& file, const std::string& text) const {
    std::ofstream to(folder_ / file);
    return static_cast<bool>(to << text << std::flush);
  }
  [[nodiscard]] std::string read(const std::string& file) const {
    std::ifstream from(folder_ / file);
    return {std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>()};
  }

  /// 0: as many as there are.
  [[nodiscard]] bool limit_cpus(double cpus) const {
    constexpr int period_us = 100'000;
    const std::string quota = std::to_string(static_cast<int>(cpus * period_us));
    if (is_first_) {
      return write("cpu.cfs_quota_us", cpus > 0.0 ? quota : "-1");
    }
    return write("cpu.max", (cpus > 0.0 ? quota : "max") + " " + std::to_string(period_us));
  }
  [[nodiscard]] bool limit_memory(std::size_t bytes) const {
    return write(is_first_ ? "memory.limit_in_bytes" : "memory.max", std::to_string(bytes));
  }
  [[nodiscard]] bool limit_threads(std::size_t threads) const {
    return write("pids.max", std::to_string(threads));
  }
  /// How often something had to be given up because the limit was reached.
  [[nodiscard]] std::string memory_failures() const {
    return read(is_first_ ? "memory.failcnt" : "memory.events");
  }
  [[nodiscard]] std::string most_memory() const {
    return read(is_first_ ? "memory.max_usage_in_bytes" : "memory.peak");
  }
  [[nodiscard]] bool enter() const { return write("cgroup.procs", std::to_string(::getpid())); }

  /// Runs `what` in a process of its own that has entered the group; its exit code, or -1.
  [[nodiscard]] int run_inside(const std::function<int()>& what) const {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      const int code = enter() ? what() : 99;
      std::fflush(nullptr);
      ::_exit(code);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) {
      return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  own_cgroup(std::filesystem::path folder, bool is_first)
      : folder_(std::move(folder)), is_first_(is_first) {}

  /// The path of this process below `controller` ("" = version 2), as /proc/self/cgroup tells it.
  [[nodiscard]] static std::string path_below(const std::string& controller) {
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
      const std::size_t first = line.find(':');
      const std::size_t second = line.find(':', first + 1);
      if (second == std::string::npos) {
        continue;
      }
      const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
      if (names.find("," + controller + ",") != std::string::npos) {
        return line.substr(second + 2);
      }
    }
    return "";
  }

  std::filesystem::path folder_;
  bool is_first_;  ///< version 1
};

}  // namespace amorsize_test
