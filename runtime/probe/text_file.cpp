#include "runtime/cancellation_shield.hpp"
#include "runtime/probe/preserved_errno.hpp"
#include "runtime/probe/text_file.hpp"
#include "runtime/probe/text_scan.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <exception>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

/// A path for the system, put together on the stack. Empty when it would be longer than the kernel
/// takes.
class system_path {
 public:
  system_path(std::string_view root, std::string_view directory, std::string_view name) noexcept {
    const std::string_view parts[] = {
        root.substr(0, root.find_last_not_of('/') + 1), directory, name};
    std::size_t end = 0;
    for (const std::string_view part : parts) {
      if (part.size() >= text_.size() - end) {
        end = 0;
        break;
      }
      end += part.copy(text_.data() + end, part.size());
    }
    text_[end] = '\0';
  }

  [[nodiscard]] const char* c_str() const noexcept { return text_.data(); }

 private:
  std::array<char, PATH_MAX> text_;
};

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

std::optional<std::string_view> text_reader::read(std::string_view directory,
                                                  std::string_view name,
                                                  std::size_t limit_bytes) noexcept {
  const preserved_errno keep;
  const cancellation_shield shield;  // open, read and close are cancellation points
  if (!is_contained_path(name) || !(directory.empty() || is_contained_path(directory))) {
    return std::nullopt;
  }
  const open_file file(system_path(root_, directory, name).c_str());
  if (!file.is_regular()) {
    return std::nullopt;
  }
  try {
    std::size_t whole = 0;
    std::size_t held = 0;  // in short_text_
    long_text_.clear();
    for (;;) {
      if (held == short_text_.size()) {
        long_text_.append(short_text_.data(), held);
        held = 0;
      }
      const ssize_t got = file.read_some(short_text_.data() + held, short_text_.size() - held);
      if (got < 0) {
        return std::nullopt;
      }
      if (got == 0) {
        break;
      }
      const auto bytes = static_cast<std::size_t>(got);
      if (bytes > limit_bytes - whole) {
        return std::nullopt;
      }
      whole += bytes;
      held += bytes;
    }
    if (whole == held) {
      return std::string_view(short_text_.data(), held);
    }
    long_text_.append(short_text_.data(), held);
    return long_text_;
  } catch (const std::exception&) {  // no memory: as if the system would not tell
    return std::nullopt;
  }
}

std::optional<std::string> read_text_file(std::string_view root,
                                          std::string_view path,
                                          std::size_t limit_bytes) noexcept {
  const preserved_errno keep;
  text_reader reader(root);
  const std::optional<std::string_view> text = reader.read(path, limit_bytes);
  try {
    return text ? std::optional<std::string>(*text) : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
