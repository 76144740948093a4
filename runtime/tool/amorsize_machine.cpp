// amorsize-machine: what this machine has, what this process may use of it, and what waking costs.
#include <amorsize/amorsize.hpp>

#include <chrono>
#include <iostream>
#include <string_view>
#include <thread>
#include <vector>

namespace {

/// Lets the library meet a sleeping worker a few times, so that it has something to tell.
void wake_workers() {
  std::vector<double> items(20'000, 1.0);
  const auto work = [](double x) {
    for (int i = 0; i < 1'000; ++i) {
      x = x * 0.999'999 + 1e-9;
    }
    return x;
  };
  for (int round = 0; round < 4; ++round) {
    amorsize::parallel_map(items.begin(), items.end(), items.begin(), work);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // until the helpers sleep
  }
}

}  // namespace

int main(int argc, char** argv) {
  bool json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--json") {
      json = true;
    } else {
      const bool asked = argument == "--help" || argument == "-h";
      (asked ? std::cout : std::cerr)
          << "usage: amorsize-machine [--json]\nPrints the machine as this process may use it.\n";
      return asked ? 0 : 2;
    }
  }
  wake_workers();
  if (json) {
    std::cout << amorsize::to_json(amorsize::this_machine()) << '\n';
  } else {
    std::cout << amorsize::this_machine();
  }
  return std::cout.flush() ? 0 : 1;
}
