#include "bench/driver/process.hpp"
#include "tests/bench/scripts.hpp"
#include "tests/support/catch.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace amorsize_bench;
using amorsize_bench_test::scripts;
using amorsize_test::ContainsSubstring;
using namespace std::chrono_literals;

namespace {

process_result shell(const std::string& command, std::chrono::milliseconds timeout = 60s) {
  return run_process({.program = "/bin/sh",
                      .arguments = {"-c", command},
                      .environment = {"PATH=/usr/bin:/bin", "GIVEN=x"},
                      .timeout = timeout});
}

}  // namespace

TEST_CASE("a process gives its output, its errors and its exit code", "[bench][unit]") {
  const process_result good = shell("echo out; echo err >&2; echo $GIVEN; cat");
  CHECK(good.end == process_end::exited);
  CHECK(good.output == "out\nx\n");  // and cat found its input empty
  CHECK(good.errors == "err\n");
  CHECK(failure_text(good).empty());

  const process_result bad = shell("echo no such cell >&2; exit 7");
  CHECK(bad.code == 7);
  CHECK(failure_text(bad) == "exit code 7: no such cell");
}

TEST_CASE("a process that dies by a signal is told by its name", "[bench][unit]") {
  const process_result ran = shell("kill -SEGV $$");
  CHECK(ran.end == process_end::signalled);
  CHECK(ran.code == SIGSEGV);
  CHECK(failure_text(ran) == "killed by SIGSEGV");
}

TEST_CASE("a process that hangs is killed with all that it started", "[bench][unit]") {
  const scripts folder;
  const std::string fifo = (folder.folder() / "fifo").string();
  REQUIRE(::mkfifo(fifo.c_str(), S_IRUSR | S_IWUSR) == 0);
  const std::string hang = "while :; do sleep 1000; done";
  process_result ran;
  // Patience until it has said that all have started, however slow this machine is today.
  for (std::chrono::milliseconds patience = 200ms; ran.output.empty(); patience *= 2) {
    ran = shell("exec 3<>" + fifo + "; (" + hang + ") & echo started; " + hang, patience);
    REQUIRE(ran.end == process_end::timed_out);
  }
  CHECK_THAT(failure_text(ran), ContainsSubstring("no end within its time"));
  // The end of the file comes when nobody is left who could write to it.
  const int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  char nothing = 0;
  ::ssize_t got = -1;
  while ((got = ::read(reader, &nothing, 1)) < 0 && errno == EAGAIN) {
    ::sched_yield();  // killed, but not gone yet; for ever if it was not killed
  }
  CHECK(got == 0);
  ::close(reader);
}

TEST_CASE("what a process leaves behind does not keep us waiting", "[bench][unit]") {
  // The child that is left holds the pipes open for ever.
  const process_result ran = shell("echo done; (while :; do sleep 1000; done) & exit 0");
  CHECK(ran.end == process_end::exited);
  CHECK(ran.output == "done\n");
}

TEST_CASE("a process that prints without end is cut and killed", "[bench][unit]") {
  const process_result ran = shell("while :; do echo 0123456789; done | cat", 2s);
  CHECK(ran.end == process_end::timed_out);
  CHECK(ran.output.size() <= std::size_t{4} << 20U);
  CHECK_FALSE(ran.output.empty());
}

TEST_CASE("a program that is not there is a failure with a text", "[bench][unit]") {
  const process_result ran = run_process({.program = "/no/such/program"});
  CHECK(ran.end == process_end::not_started);
  CHECK(ran.code == ENOENT);
  CHECK_THAT(failure_text(ran), ContainsSubstring("cannot be started"));
}

TEST_CASE("of long errors the end is told", "[bench][unit]") {
  const std::string text = failure_text(
      {.end = process_end::exited, .code = 1, .errors = std::string(5000, 'x') + "end\n"});
  CHECK(text.size() < 300);
  CHECK_THAT(text, ContainsSubstring("xend"));
}
