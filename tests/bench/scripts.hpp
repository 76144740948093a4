// Programs that a test writes: shell scripts in a folder of their own, gone with this object.
// Thread safety: owned by one thread.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace amorsize_bench_test {

class scripts {
 public:
  scripts() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "amorsize_bench_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("no temporary folder");
    }
    folder_ = pattern;
  }
  scripts(const scripts&) = delete;
  scripts& operator=(const scripts&) = delete;
  ~scripts() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// Writes an executable script and returns its path.
  std::string add(const std::string& name, const std::string& body) {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << "#!/bin/sh\n" << body;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace amorsize_bench_test
