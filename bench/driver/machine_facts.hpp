// What has to be known about the machine and the build to make sense of figures.
// Thread safety: for one thread.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace amorsize_bench {

struct machine_facts {
  std::string cpu_model;
  std::size_t logical_cpus = 0;
  std::size_t allowed_cpus = 0;
  double cpu_quota = 0;  ///< in CPUs; 0: none
  std::string governor;  ///< empty: not readable
  std::string kernel;
  bool is_virtual = false;  ///< the CPU says that there is a hypervisor
  double load_before = 0;   ///< processes that wanted to run in the minute before
};

/// At the start: load_before is of now.
[[nodiscard]] machine_facts read_machine_facts();

struct build_facts {
  std::string commit;     ///< empty: no repository
  bool is_dirty = false;  ///< the working tree differs from the commit
  std::string compiler;   ///< of the driver; that of the programs is in their contexts
  std::string flags;
  std::vector<std::pair<std::string, std::string>> libraries;  ///< name and version
};

[[nodiscard]] build_facts read_build_facts();

/// "2024-05-01T12:00:00Z", now.
[[nodiscard]] std::string date_text();

}  // namespace amorsize_bench
