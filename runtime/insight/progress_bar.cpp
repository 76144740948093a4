// progress_bar: the line of progress_line.hpp on stderr, when that is a terminal.
// Written with write(2): no buffer, no lock that an interrupted program could leave held.
#include "runtime/insight/progress_line.hpp"
#include "runtime/insight/utf8.hpp"

#include <amorsize/progress.hpp>

#include <cerrno>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

/// The map's caller may look at errno after its callable has set it.
class errno_kept {
 public:
  errno_kept() noexcept : value_(errno) {}
  errno_kept(const errno_kept&) = delete;
  errno_kept& operator=(const errno_kept&) = delete;
  ~errno_kept() { errno = value_; }

 private:
  int value_;
};

/// A bar that cannot be drawn is no reason to stop a map: errors end the attempt.
void write_to_stderr(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0 || errno != EINTR) {
      return;
    }
  }
}

/// Columns that can be written without the cursor moving to the next line.
std::size_t usable_columns() noexcept {
  constexpr std::size_t assumed_columns = 80;  // a terminal that does not tell
  struct winsize size {};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return (known ? size.ws_col : assumed_columns) - 1;
}

}  // namespace

struct progress_bar::state {
  explicit state(std::string_view text) : label(text) {}
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    if (drawn_columns == 0) {
      return;
    }
    const errno_kept keep;
    write_to_stderr("\r");
    constexpr std::string_view blank = "                ";
    for (std::size_t left = drawn_columns; left > 0;) {
      const std::size_t now = left < blank.size() ? left : blank.size();
      write_to_stderr(blank.substr(0, now));
      left -= now;
    }
    write_to_stderr("\r");
  }

  std::string label;
  std::size_t drawn_columns = 0;  ///< of the line the cursor is on; 0 = nothing to clear
  progress finished = {};         ///< what the last finished line showed
};

progress_bar::progress_bar(std::string_view label) : state_(std::make_shared<state>(label)) {}
progress_bar::progress_bar(const progress_bar&) noexcept = default;
progress_bar::progress_bar(progress_bar&&) noexcept = default;
progress_bar& progress_bar::operator=(const progress_bar&) noexcept = default;
progress_bar& progress_bar::operator=(progress_bar&&) noexcept = default;
progress_bar::~progress_bar() = default;

void progress_bar::operator()(const progress& now) const {
  const errno_kept keep;
  if (state_ == nullptr || ::isatty(STDERR_FILENO) == 0) {
    return;
  }
  const bool done = now.items_total > 0 && now.items_done >= now.items_total;
  const bool again = done && state_->drawn_columns == 0 &&
                     now.items_total == state_->finished.items_total &&
                     now.elapsed >= state_->finished.elapsed;
  if (again) {
    return;  // the last beat of a map and its end may both find everything done
  }
  const std::size_t columns = usable_columns();
  std::string line = insight::progress_line(state_->label, now, columns);
  const std::size_t used = insight::column_count(line);
  // Blanks instead of an escape sequence: they clear the rest of the line on every terminal.
  line = "\r" + std::move(line) + std::string(columns - used, ' ');
  if (done) {
    state_->finished = now;
    line += '\n';
  }
  write_to_stderr(line);
  state_->drawn_columns = done ? 0 : columns;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
