// A directory tree that stands for "/" in tests of probes.
// Thread safety: thread-compatible.
#pragma once

#include <string>
#include <string_view>

namespace amorsize_test {

/// Made empty in the directory for temporary files, removed with all it holds at the end.
class fake_root {
 public:
  fake_root();
  fake_root(const fake_root&) = delete;
  fake_root& operator=(const fake_root&) = delete;
  ~fake_root();

  /// Puts a file at `path` (absolute, as a probe names it) and makes the directories above it.
  fake_root& write(std::string_view path, std::string_view content);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace amorsize_test
