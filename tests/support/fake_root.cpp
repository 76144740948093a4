#include "tests/support/fake_root.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace amorsize_test {

fake_root::fake_root()
    : path_((std::filesystem::temp_directory_path() / "amorsize_root_XXXXXX").string()) {
  if (::mkdtemp(path_.data()) == nullptr) {
    throw std::runtime_error("no temporary directory: " + path_);
  }
}

fake_root::~fake_root() {
  std::error_code ignored;  // a directory left behind fails no test
  std::filesystem::remove_all(path_, ignored);
}

fake_root& fake_root::write(std::string_view path, std::string_view content) {
  const std::filesystem::path file = path_ + std::string(path);
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << content;
  if (!out.flush()) {
    throw std::runtime_error("cannot write " + file.string());
  }
  return *this;
}

}  // namespace amorsize_test
