#include "bench/driver/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace amorsize_bench {
namespace {

using clock = std::chrono::steady_clock;

inline constexpr std::size_t most_output_bytes = std::size_t{4} << 20U;
inline constexpr std::size_t most_error_text = 200;

volatile std::sig_atomic_t interrupt_came = 0;  // written by the handler, read by wait_for_end
std::optional<sigset_t>
    mask_while_waiting;  // set by heed_interrupts: SIGINT and SIGTERM get through

void note_interrupt(int /*signal*/) {
  interrupt_came = 1;
}

class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor() { close(); }
  void close() {
    if (number_ >= 0) {
      ::close(std::exchange(number_, -1));
    }
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

struct pipe_ends {
  descriptor read;
  descriptor write;
};

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {.read = descriptor(ends[0]), .write = descriptor(ends[1])};
}

/// Reads what is there. Returns whether more may come.
bool drain(const descriptor& from, std::string& into) {
  std::array<char, 65536> part{};
  for (;;) {
    const ::ssize_t got = ::read(from.number(), part.data(), part.size());
    if (got > 0) {
      const std::size_t room = most_output_bytes - std::min(most_output_bytes, into.size());
      into.append(part.data(), std::min(room, static_cast<std::size_t>(got)));
      if (room == 0) {
        return true;  // looks at the clock in between: the program may print for ever
      }
    } else if (got == 0 || errno != EINTR) {
      return got < 0 && errno == EAGAIN;
    }
  }
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

/// 0, or errno.
int spawn(const process_request& request, int output, int errors, pid_t& child) {
  std::vector<std::string> arguments{request.program};
  arguments.insert(arguments.end(), request.arguments.begin(), request.arguments.end());
  std::vector<std::string> environment = request.environment;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  const int error = ::posix_spawnp(&child,
                                   request.program.c_str(),
                                   &files,
                                   &attributes,
                                   pointers(arguments).data(),
                                   pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

struct running {
  descriptor process;  ///< readable when the child has ended
  descriptor output;
  descriptor errors;
};

/// Collects output until the child has ended. Nothing if it has; else why it has to be killed.
std::optional<process_end> wait_for_end(running& child,
                                        clock::time_point deadline,
                                        process_result& result) {
  std::array<pollfd, 3> events{{{child.process.number(), POLLIN, 0},
                                {child.output.number(), POLLIN, 0},
                                {child.errors.number(), POLLIN, 0}}};
  for (;;) {
    const auto left = deadline - clock::now();
    if (left <= clock::duration::zero()) {
      return process_end::timed_out;
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(left - seconds);
    const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
    const int ready = ::ppoll(events.data(),
                              events.size(),
                              &timeout,
                              mask_while_waiting ? &*mask_while_waiting : nullptr);
    if (interrupt_came != 0) {
      return process_end::interrupted;
    }
    if (ready < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "ppoll");
    }
    if (ready <= 0) {
      continue;
    }
    if (events[1].revents != 0 && !drain(child.output, result.output)) {
      events[1].fd = -1;  // closed: not asked for any more
    }
    if (events[2].revents != 0 && !drain(child.errors, result.errors)) {
      events[2].fd = -1;
    }
    if (events[0].revents != 0) {
      return std::nullopt;
    }
  }
}

}  // namespace

process_result run_process(const process_request& request) {
  process_result result;
  pipe_ends output = make_pipe();
  pipe_ends errors = make_pipe();
  const clock::time_point began = clock::now();
  pid_t id = 0;
  result.code = spawn(request, output.write.number(), errors.write.number(), id);
  if (result.code != 0) {
    return result;
  }
  output.write.close();
  errors.write.close();
  running child{.process = descriptor(static_cast<int>(::syscall(SYS_pidfd_open, id, 0))),
                .output = std::move(output.read),
                .errors = std::move(errors.read)};
  std::optional<process_end> killed_for = process_end::not_started;
  if (child.process.number() >= 0) {
    killed_for = wait_for_end(child, began + request.timeout, result);
  } else {
    result.errors = "pidfd_open: " + std::generic_category().message(errno);  // Linux before 5.3
  }
  // While the child is not waited for, its id cannot become another group's.
  ::kill(-id, SIGKILL);
  int status = 0;
  while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
  }
  result.took_s = std::chrono::duration<double>(clock::now() - began).count();
  drain(child.output, result.output);
  drain(child.errors, result.errors);
  if (killed_for) {
    result.end = *killed_for;
  } else if (WIFEXITED(status)) {
    result.end = process_end::exited;
    result.code = WEXITSTATUS(status);
  } else {
    result.end = process_end::signalled;
    result.code = WTERMSIG(status);
  }
  return result;
}

std::string failure_text(const process_result& of) {
  std::string text;
  switch (of.end) {
    case process_end::exited:
      if (of.code == 0) {
        return {};
      }
      text = "exit code " + std::to_string(of.code);
      break;
    case process_end::signalled: {
      const char* name = ::sigabbrev_np(of.code);
      text = name != nullptr ? std::string("killed by SIG") + name
                             : "killed by signal " + std::to_string(of.code);
      break;
    }
    case process_end::timed_out:
      text = "no end within its time";
      break;
    case process_end::interrupted:
      text = "interrupted";
      break;
    case process_end::not_started:
      text = "cannot be started: " + std::generic_category().message(of.code);
      break;
  }
  std::string errors = of.errors.substr(0, of.errors.find_last_not_of(" \n") + 1);
  if (errors.size() > most_error_text) {
    errors = "…" + errors.substr(errors.size() - most_error_text);
  }
  return errors.empty() ? text : text + ": " + errors;
}

void heed_interrupts() {
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  sigset_t both;
  sigemptyset(&both);
  sigaddset(&both, SIGINT);
  sigaddset(&both, SIGTERM);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &both, &before);
  sigdelset(&before, SIGINT);
  sigdelset(&before, SIGTERM);
  mask_while_waiting = before;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace amorsize_bench
