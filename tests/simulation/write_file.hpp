// A result of the simulator as a file. Thread safety: thread-safe for different files.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace amorsize_tests {

/// Replaces the file. Throws std::runtime_error when it cannot be written.
inline void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path);
  file << content;
  file.close();
  if (!file) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

}  // namespace amorsize_tests
