#include "tests/support/catch.hpp"
#include "tests/support/stderr_replaced.hpp"

#include <amorsize/progress.hpp>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

namespace {

using namespace std::chrono_literals;
using amorsize::progress;
using amorsize::progress_bar;
using amorsize_tests::stderr_replaced;

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
