#include "tests/support/catch.hpp"

#include <amorsize/progress.hpp>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace std::chrono_literals;
using amorsize::progress;
using amorsize::progress_bar;

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

constexpr progress half{.items_done = 5, .items_total = 10, .elapsed = 1s};
constexpr progress done{.items_done = 10, .items_total = 10, .elapsed = 2s};

TEST_CASE("a bar redraws one line of the terminal and clears it when it goes", "[insight][unit]") {
  const stderr_replaced terminal(40);
  REQUIRE(terminal.usable());
  {
    std::optional<progress_bar> bar(std::in_place, "x");
    const progress_bar copy = *bar;  // NOLINT(performance-unnecessary-copy-initialization): tested
    (*bar)(half);
    const std::string first = terminal.written();
    CHECK(first == "\rx  [######-------]   50 %  5.00 items/s");
    stderr_replaced::resize(STDERR_FILENO, 20);
    copy(half);
    CHECK(terminal.written() == "\rx   50 %" + std::string(11, ' '));
    bar.reset();
    CHECK(terminal.written().empty());
  }
  CHECK(terminal.written() == "\r" + std::string(19, ' ') + "\r");
}

TEST_CASE("a finished bar leaves its line, once", "[insight][unit]") {
  const stderr_replaced terminal(40);
  REQUIRE(terminal.usable());
  {
    const progress_bar bar("x");
    bar(done);
    CHECK(terminal.written() == "\rx  100 %  5.00 items/s  in 2.00 s" + std::string(6, ' ') + "\n");
    bar(done);  // the end of the map, after a beat that found everything done
    CHECK(terminal.written().empty());
    bar(half);  // the next map
    CHECK_FALSE(terminal.written().empty());
    bar(done);
    CHECK(terminal.written().ends_with("\n"));
  }
  CHECK(terminal.written().empty());
}

TEST_CASE("a bar is silent where stderr is no terminal", "[insight][unit]") {
  const stderr_replaced pipe;
  REQUIRE(pipe.usable());
  {
    const progress_bar bar("x");
    bar(half);
    bar(done);
    bar(half);
  }
  CHECK(pipe.written().empty());
}

TEST_CASE("a bar leaves errno alone, and one that was moved from does nothing", "[insight][unit]") {
  const stderr_replaced pipe;
  progress_bar bar("x");
  errno = EDOM;
  bar(half);
  CHECK(errno == EDOM);
  const progress_bar other = std::move(bar);
  bar(half);  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move): what is tested
  bar = other;
  bar(done);
  CHECK(errno == EDOM);
}

TEST_CASE("a terminal that does not tell its size counts as 80 columns", "[insight][unit]") {
  const stderr_replaced terminal(0);
  REQUIRE(terminal.usable());
  const progress_bar bar;
  bar(half);
  CHECK(terminal.written().size() == 80);  // the carriage return and 79 columns
}

}  // namespace
