// A terminal or a pipe in the place of stderr, for as long as the object lives.
// Thread safety: one at a time.
#pragma once

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace amorsize_tests {

/// Puts a terminal of so many columns, or a pipe, in the place of stderr.
class stderr_replaced {
 public:
  explicit stderr_replaced(unsigned short columns) : reader_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    if (reader_ < 0 || ::grantpt(reader_) != 0 || ::unlockpt(reader_) != 0) {
      return;
    }
    char name[64] = {};
    ::ptsname_r(reader_, name, sizeof name);
    const int terminal = ::open(name, O_RDWR | O_NOCTTY);
    termios raw{};
    ::tcgetattr(terminal, &raw);
    ::cfmakeraw(&raw);
    ::tcsetattr(terminal, TCSANOW, &raw);
    resize(terminal, columns);
    replace_with(terminal);
  }
  stderr_replaced() {
    int ends[2] = {-1, -1};
    if (::pipe(ends) == 0) {
      reader_ = ends[0];
      replace_with(ends[1]);
    }
  }
  stderr_replaced(const stderr_replaced&) = delete;
  stderr_replaced& operator=(const stderr_replaced&) = delete;
  ~stderr_replaced() {
    if (before_ >= 0) {
      ::dup2(before_, STDERR_FILENO);
      ::close(before_);
    }
    ::close(reader_);
  }

  [[nodiscard]] bool usable() const { return before_ >= 0; }

  static void resize(int terminal, unsigned short columns) {
    winsize size{};
    size.ws_col = columns;
    size.ws_row = 24;
    ::ioctl(terminal, TIOCSWINSZ, &size);
  }

  /// What was written since the last call.
  [[nodiscard]] std::string written() const {
    ::fcntl(reader_, F_SETFL, O_NONBLOCK);
    std::string text;
    char buffer[1024];
    for (ssize_t count; (count = ::read(reader_, buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  void replace_with(int other) {
    before_ = ::dup(STDERR_FILENO);
    ::dup2(other, STDERR_FILENO);
    ::close(other);
  }

  int reader_ = -1;
  int before_ = -1;
};

}  // namespace amorsize_tests
