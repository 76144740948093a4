#include "bench/driver/machine_facts.hpp"
#include "bench/driver/process.hpp"

#include <amorsize/machine.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string_view>
#include <sys/utsname.h>

namespace amorsize_bench {
namespace {

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// The value of the first line of /proc/cpuinfo that begins with `name`.
std::string cpu_info(std::string_view name) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with(name) && colon != std::string::npos) {
      return line.substr(std::min(colon + 2, line.size()));
    }
  }
  return {};
}

/// What git prints about the repository; empty if it cannot.
std::string git(const std::vector<std::string>& arguments) {
  process_request request{.program = "git", .arguments = {"-C", AMORSIZE_BENCH_SOURCE}};
  request.arguments.insert(request.arguments.end(), arguments.begin(), arguments.end());
  // NOLINTNEXTLINE(concurrency-mt-unsafe): for one thread
  if (const char* path = std::getenv("PATH"); path != nullptr) {
    request.environment.push_back(std::string("PATH=") + path);
  }
  const process_result ran = run_process(request);
  if (!failure_text(ran).empty()) {
    return {};
  }
  return ran.output.substr(0, ran.output.find_last_not_of('\n') + 1);
}

}  // namespace

machine_facts read_machine_facts() {
  machine_facts facts;
  facts.cpu_model = cpu_info("model name");
  if (facts.cpu_model.empty()) {  // Arm has no name there
    facts.cpu_model =
        "implementer " + cpu_info("CPU implementer") + " part " + cpu_info("CPU part");
  }
  const amorsize::machine& machine = amorsize::this_machine();
  facts.logical_cpus = machine.logical_cores;
  facts.allowed_cpus = machine.allowed_cpus;
  facts.cpu_quota = machine.cpu_quota;
  facts.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  utsname system{};
  if (::uname(&system) == 0) {
    facts.kernel = std::string(system.sysname) + " " + system.release + " " + system.machine;
  }
  facts.is_virtual = cpu_info("flags").find("hypervisor") != std::string::npos;
  std::istringstream(first_line("/proc/loadavg")) >> facts.load_before;
  return facts;
}

build_facts read_build_facts() {
  build_facts facts;
  facts.commit = git({"rev-parse", "HEAD"});
  facts.is_dirty = !facts.commit.empty() && !git({"status", "--porcelain"}).empty();
  facts.compiler = AMORSIZE_BENCH_COMPILER;
  facts.flags = AMORSIZE_BENCH_FLAGS;
  facts.libraries = {{"oneTBB", AMORSIZE_BENCH_TBB},
                     {"hwloc", AMORSIZE_BENCH_HWLOC},
                     {"Google Benchmark", AMORSIZE_BENCH_GOOGLE}};
  return facts;
}

std::string date_text() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

}  // namespace amorsize_bench
