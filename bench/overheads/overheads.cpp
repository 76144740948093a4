// What does it cost to be explained? One map with nobody looking, with a report, a trace, a
// progress bar, a page: each in a process of its own, asked for one turn after the other.
//   bench_overheads [ROUNDS]      default: 40
// Prints medians of the ratios to the process in which nobody looks, in the same round.
#include "bench/driver/statistics.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <numeric>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

using amorsize_bench::quantile;

constexpr std::string_view variants[] = {
    "nobody looks", "the same again", "report", "report and JSON", "trace", "bar", "page"};
constexpr std::size_t variant_count = std::size(variants);

/// A turn of one process: so many maps of so many items.
struct workload {
  const char* name;
  std::size_t items;
  int maps;
};
constexpr workload workloads[] = {{"a map of 60 ms (30,000 items of 4 us)", 30'000, 1},
                                  {"a map of 0.2 ms (100 items of 4 us)", 100, 100}};
/// Processes differ in where their memory lies: all are made anew so often.
constexpr int generations = 4;

double work(int item) {
  double value = item;
  for (int i = 0; i < 1'000; ++i) {
    value = value * 0.999'999'9 + 1e-9;
  }
  return value;
}

void run_once(std::string_view variant, const std::vector<int>& items, double& sink) {
  amorsize::report seen;
  if (variant == "bar") {
    const amorsize::progress_bar bar("overheads");
    sink += amorsize::parallel_map(items, work, {.on_progress = bar}).back();
  } else if (variant.starts_with("report") || variant == "page") {
    sink += amorsize::parallel_map(items, work, {.report = &seen}).back();
  } else {
    sink += amorsize::parallel_map(items, work).back();
  }
  if (variant == "report and JSON") {
    sink += static_cast<double>(amorsize::to_json(seen).size());
  } else if (variant == "page") {
    std::ostringstream page;
    amorsize::write_page(page, seen);
    sink += static_cast<double>(page.str().size());
  }
}

/// The child: one turn for each number it reads, and its nanoseconds per map as the answer.
[[noreturn]] void serve(std::string_view variant, int from, int to) {
  double sink = 0.0;
  for (std::size_t number = 0; ::read(from, &number, sizeof number) == sizeof number;) {
    const workload& asked = workloads[number];
    std::vector<int> items(asked.items);
    std::iota(items.begin(), items.end(), 0);
    const auto began = std::chrono::steady_clock::now();
    for (int map = 0; map < asked.maps; ++map) {
      run_once(variant, items, sink);
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
    const double answer = took.count() / asked.maps + (sink == 0.5 ? 1.0 : 0.0);
    if (::write(to, &answer, sizeof answer) != sizeof answer) {
      break;
    }
  }
  std::exit(0);
}

/// A process that runs maps on request. The bar gets a terminal to write to.
class looked_at {
 public:
  explicit looked_at(std::string_view variant) {
    int ask[2];
    int answer[2];
    if (::pipe(ask) != 0 || ::pipe(answer) != 0) {
      throw std::runtime_error("no pipe");
    }
    terminal_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal_ < 0 || ::grantpt(terminal_) != 0 || ::unlockpt(terminal_) != 0) {
      throw std::runtime_error("no terminal");
    }
    child_ = ::fork();
    if (child_ == 0) {
      ::close(ask[1]);
      ::close(answer[0]);
      if (variant == "trace") {
        ::setenv("AMORSIZE_TRACE", "/dev/null", 1);
      } else if (variant == "bar") {
        ::dup2(::open(::ptsname(terminal_), O_RDWR | O_NOCTTY), STDERR_FILENO);
      }
      serve(variant, ask[0], answer[1]);
    }
    ::close(ask[0]);
    ::close(answer[1]);
    to_ = ask[1];
    from_ = answer[0];
    ::fcntl(terminal_, F_SETFL, O_NONBLOCK);
  }
  looked_at(const looked_at&) = delete;
  looked_at& operator=(const looked_at&) = delete;
  ~looked_at() {
    ::close(to_);
    ::waitpid(child_, nullptr, 0);
    ::close(from_);
    ::close(terminal_);
  }

  /// Nanoseconds per map.
  [[nodiscard]] double turn(std::size_t number) {
    double answer = 0.0;
    if (::write(to_, &number, sizeof number) != sizeof number ||
        ::read(from_, &answer, sizeof answer) != sizeof answer) {
      throw std::runtime_error("a process is lost");
    }
    char drawn[4096];
    for (ssize_t count; (count = ::read(terminal_, drawn, sizeof drawn)) > 0;) {
      bytes_drawn_ += static_cast<std::size_t>(count);
    }
    return answer;
  }
  [[nodiscard]] std::size_t bytes_drawn() const { return bytes_drawn_; }

 private:
  int to_ = -1;
  int from_ = -1;
  int terminal_ = -1;
  ::pid_t child_ = 0;
  std::size_t bytes_drawn_ = 0;
};

struct series {
  std::vector<double> ratios;
  std::vector<double> extra_ns;
};

/// rounds turns of each process, in random order.
void measure(std::size_t number, int rounds, std::mt19937& random, series (&seen)[variant_count]) {
  std::vector<std::unique_ptr<looked_at>> processes;
  for (const std::string_view variant : variants) {
    processes.push_back(std::make_unique<looked_at>(variant));
    static_cast<void>(processes.back()->turn(number));  // starts the helpers
  }
  std::vector<std::size_t> order(variant_count);
  std::iota(order.begin(), order.end(), 0);
  for (int round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    double took[variant_count] = {};
    for (const std::size_t each : order) {
      took[each] = processes[each]->turn(number);
    }
    for (std::size_t i = 0; i < variant_count; ++i) {
      seen[i].ratios.push_back(took[i] / took[0]);
      seen[i].extra_ns.push_back(took[i] - took[0]);
    }
  }
  if (processes[5]->bytes_drawn() == 0) {
    throw std::runtime_error("the bar drew nothing");
  }
  while (!processes.empty()) {
    processes.pop_back();  // those that were made later hold the pipes of the earlier ones open
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 40;
  if (rounds < generations) {
    std::cerr << "usage: bench_overheads [ROUNDS]   at least " << generations << "\n";
    return 2;
  }
  std::mt19937 random(1);
  for (std::size_t number = 0; number < std::size(workloads); ++number) {
    std::fflush(stdout);  // or each child says it again
    series seen[variant_count];
    for (int generation = 0; generation < generations; ++generation) {
      measure(number, rounds / generations, random, seen);
    }
    std::printf("%s, %d rounds\n", workloads[number].name, rounds / generations * generations);
    std::printf("  %-16s %8s  %8s %8s %12s\n", "", "median", "quarter", "3 / 4", "extra");
    for (std::size_t i = 1; i < variant_count; ++i) {
      std::printf("  %-16s %8.4f  %8.4f %8.4f %9.2f us\n",
                  std::string(variants[i]).c_str(),
                  quantile(seen[i].ratios, 0.5),
                  quantile(seen[i].ratios, 0.25),
                  quantile(seen[i].ratios, 0.75),
                  quantile(seen[i].extra_ns, 0.5) / 1e3);
    }
  }
  return 0;
}
