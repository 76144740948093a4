// Writes pages for a browser to read: hostile (every text is markup or no UTF-8), long (100,000
// chunks), and empty. Usage: sample_page <name> <file>.
#include "runtime/insight/timeline.hpp"

#include <amorsize/report.hpp>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
using amorsize::policy::map_event;
using amorsize::policy::nanoseconds;

amorsize::report hostile_report() {
  const std::string text =
      "</script><script>console.error('ran')</script><img src=x onerror=console.error('ran')>"
      "\"'><style>*{display:none}</style>\xff\xc3\x1b[31m & </title></pre></svg>";
  amorsize::report value;
  value.items = 10;
  value.n_jobs = 2;
  value.elapsed = 5ms;
  value.label = value.reason = value.backend = value.outcome = value.limit = value.audit = text;
  value.warnings = {text};
  value.revisions = {{0ns, 1, 10, text}, {1ms, 2, 4, text}};
  value.worker_busy = {5ms, 4ms};
  value.timeline = {{.worker = 1, .when = 1ms, .duration = 4ms, .busy = 4ms, .chunks = 2}};
  return value;
}

amorsize::report long_report() {
  amorsize::report value;
  std::vector<map_event> events;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    events.push_back({.began = nanoseconds{20e3 * (i / 8)},
                      .duration_ns = 19e3F,
                      .items = 40 + i % 7,
                      .first_item = 40 * i,
                      .worker = static_cast<std::uint16_t>(i % 8)});
    value.items += events.back().items;
  }
  value.n_jobs = value.workers = 8;
  value.elapsed = 250ms;
  value.label = "a hundred thousand chunks";
  value.worker_busy.assign(8, 237ms);
  for (int i = 0; i < 60; ++i) {
    value.revisions.push_back({i * 4ms, i % 2 == 0 ? 8U : 4U, 40, "back and forth"});
  }
  amorsize::insight::add_timeline(value, std::move(events), nanoseconds{0});
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: sample_page hostile|long|empty FILE\n";
    return 2;
  }
  const std::string_view name = argv[1];
  std::ofstream out(argv[2], std::ios::trunc);
  amorsize::write_page(out,
                       name == "hostile" ? hostile_report()
                       : name == "long"  ? long_report()
                                         : amorsize::report{});
  return out.flush() ? 0 : 1;
}
