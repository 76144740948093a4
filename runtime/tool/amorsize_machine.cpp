// amorsize-machine: what this machine has, what this process may use of it, what waking costs, and
// from how many items on sharing pays.
#include "runtime/policy/break_even.hpp"
#include "runtime/tool/break_even_text.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int failed = 1;
constexpr int misused = 2;

struct arguments {
  bool json = false;
  std::string svg_file = {};
};

/// Lets the library meet a sleeping worker a few times, so that it has something to tell.
void wake_workers() {
  std::vector<double> items(20'000, 1.0);
  constexpr std::ptrdiff_t until_asleep = 2'000;  // two milliseconds
  const auto work = [](double x) {
    for (int i = 0; i < 1'000; ++i) {
      x = x * 0.999'999 + 1e-9;
    }
    return x;
  };
  for (int round = 0; round < 8; ++round) {
    amorsize::parallel_map(items.begin(), items.end(), items.begin(), work);
    // Until the helpers sleep. Not asleep itself: a helper woken by a thread that has slept often
    // begins milliseconds later, which is another figure.
    amorsize::parallel_map(
        items.begin(), items.begin() + until_asleep, items.begin(), work, {.max_jobs = 1});
  }
}

/// What a map may use: CPUs of the affinity mask, whole CPUs of the quota, physical cores.
std::size_t usable_workers(const amorsize::machine& here) {
  std::size_t workers = std::max<std::size_t>(1, here.allowed_cpus);
  if (here.cpu_quota > 0.0) {
    workers = std::min(workers, std::max<std::size_t>(1, static_cast<std::size_t>(here.cpu_quota)));
  }
  return here.physical_cores > 0 ? std::min(workers, here.physical_cores) : workers;
}

/// As measured here; as assumed where nothing could be measured.
amorsize::policy::overheads overheads_of(const amorsize::machine& here) {
  using amorsize::policy::nanoseconds;
  amorsize::policy::overheads costs = amorsize::policy::assumed_overheads[static_cast<std::size_t>(
      amorsize::policy::crew_state::asleep)];
  const auto replace = [](nanoseconds& assumed, std::chrono::nanoseconds measured) {
    if (measured.count() > 0) {
      assumed = nanoseconds{static_cast<double>(measured.count())};
    }
  };
  replace(costs.wake, here.measured_wake_cost);
  replace(costs.start, here.measured_start_delay);
  replace(costs.claim, here.measured_claim_cost);
  return costs;
}

void print(const arguments& asked) {
  const amorsize::machine& here = amorsize::this_machine();
  const std::size_t workers = usable_workers(here);
  const std::vector<amorsize::policy::break_even> curve =
      amorsize::policy::break_even_curve(workers, overheads_of(here));
  if (asked.json) {
    std::string json = amorsize::to_json(here);
    json.insert(json.rfind('}'), ",\"break_even\":" + amorsize::insight::break_even_json(curve));
    std::cout << json << '\n';
  } else {
    std::cout << here << '\n' << amorsize::insight::break_even_table(curve);
  }
  if (!asked.svg_file.empty()) {
    std::ofstream svg(asked.svg_file, std::ios::binary);
    svg << amorsize::insight::break_even_svg(curve, workers);
    if (!svg.flush()) {
      std::cout.setstate(std::ios::failbit);
      std::cerr << "amorsize-machine: cannot write " << asked.svg_file << '\n';
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  arguments asked;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--json") {
      asked.json = true;
    } else if (argument == "--svg" && i + 1 < argc) {
      asked.svg_file = argv[++i];
    } else {
      const bool helps = argument == "--help" || argument == "-h";
      (helps ? std::cout : std::cerr)
          << "usage: amorsize-machine [--json] [--svg FILE]\n"
             "Prints the machine as this process may use it, what waking helpers costs here, and\n"
             "from how many items on sharing a loop pays.\n"
             "  --json       the same as one JSON object\n"
             "  --svg FILE   also draws the last\n";
      return helps ? 0 : misused;
    }
  }
  wake_workers();
  print(asked);
  return std::cout.flush() ? 0 : failed;
}
