#include "runtime/cancellation_shield.hpp"
#include "runtime/probe/preserved_errno.hpp"
#include "runtime/probe/text_file.hpp"
#include "runtime/probe/text_scan.hpp"

#include <array>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

/// Most files of /proc and /sys fit one read.
constexpr std::size_t read_bytes = 4096;

class open_file {
 public:
  // O_NONBLOCK: a FIFO in the place of a file must not make us wait for its writer.
  explicit open_file(const char* path) noexcept
      : descriptor_(::open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {}
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }

  [[nodiscard]] bool is_regular() const noexcept {
    struct stat status {};
    return descriptor_ >= 0 && ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  }

  [[nodiscard]] ssize_t read_some(char* to, std::size_t bytes) const noexcept {
    ssize_t got = -1;
    do {
      got = ::read(descriptor_, to, bytes);
    } while (got < 0 && errno == EINTR);
    return got;
  }

 private:
  int descriptor_;
};

std::optional<std::string> read_all(const open_file& file, std::size_t limit_bytes) {
  std::string text;
  std::array<char, read_bytes> part;
  for (;;) {
    const ssize_t got = file.read_some(part.data(), part.size());
    if (got < 0) {
      return std::nullopt;
    }
    if (got == 0) {
      return text;
    }
    const auto bytes = static_cast<std::size_t>(got);
    if (bytes > limit_bytes - text.size()) {
      return std::nullopt;
    }
    text.append(part.data(), bytes);
  }
}

}  // namespace

bool is_contained_path(std::string_view path) noexcept {
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string_view::npos) {
    return false;
  }
  while (!path.empty()) {
    if (take_until(path, '/') == "..") {
      return false;
    }
  }
  return true;
}

std::optional<std::string> read_text_file(std::string_view root,
                                          std::string_view path,
                                          std::size_t limit_bytes) noexcept {
  const preserved_errno keep;
  const cancellation_shield shield;  // open, read and close are cancellation points
  if (!is_contained_path(path)) {
    return std::nullopt;
  }
  try {
    std::string whole(root.substr(0, root.find_last_not_of('/') + 1));
    whole += path;
    const open_file file(whole.c_str());
    return file.is_regular() ? read_all(file, limit_bytes) : std::nullopt;
  } catch (const std::exception&) {  // no memory: as if the system would not tell
    return std::nullopt;
  }
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
