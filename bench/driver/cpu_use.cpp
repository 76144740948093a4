#include "bench/driver/cpu_use.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace amorsize_bench {
namespace {

double cpu_seconds(int of_whom) {
  rusage usage{};
  ::getrusage(of_whom, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

cpu_times cpu_times_in(const std::string& text, double ticks_per_second) {
  constexpr int idle = 3;
  constexpr int waiting = 4;
  constexpr int stolen = 7;
  std::istringstream line(text);
  std::string name;
  line >> name;
  cpu_times times;
  double ticks = 0;
  // user nice system idle iowait irq softirq steal; what guests take is in user already
  for (int column = 0; name == "cpu" && column <= stolen && line >> ticks; ++column) {
    const double seconds = ticks / ticks_per_second;
    times.all += seconds;
    if (column == stolen) {
      times.stolen = seconds;
    } else if (column != idle && column != waiting) {
      times.busy += seconds;
    }
  }
  return times;
}

cpu_times read_cpu_times() {
  std::ifstream file("/proc/stat");
  std::string line;
  std::getline(file, line);
  cpu_times times = cpu_times_in(line, static_cast<double>(::sysconf(_SC_CLK_TCK)));
  times.ours = cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN);
  return times;
}

cpu_use use_between(const cpu_times& before, const cpu_times& after) {
  const double all = after.all - before.all;
  if (all <= 0) {
    return {};
  }
  const double others = (after.busy - before.busy) - (after.ours - before.ours);
  return {.stolen = (after.stolen - before.stolen) / all, .others = std::max(0.0, others) / all};
}

}  // namespace amorsize_bench
