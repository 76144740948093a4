#include "runtime/insight/report_text.hpp"
#include "runtime/insight/text_block.hpp"
#include "runtime/insight/utf8.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>

namespace {

using namespace std::chrono_literals;
using amorsize::insight::column_count;
using amorsize::insight::text_block_columns;

amorsize::report shared_report() {
  amorsize::report value;
  value.items = 99'000;
  value.n_jobs = 2;
  value.chunksize = 40;
  value.workers = 2;
  value.reason = "shared: 2 of 2 workers, 99,000 items x 1.00 us; 99 ms alone, 50 ms predicted";
  value.estimated_speedup = 1.98;
  value.measured_speedup = 1.91;
  value.warnings = {"AMORSIZE_N_JOBS=\"many\" is no number: ignored"};
  value.revisions = {{0ns, 1, 1, "serial: nothing decided yet"}, {120us, 2, 40, value.reason}};
  value.elapsed = 52ms;
  value.worker_busy = {51ms, 13ms};
  value.estimated_cost_ns = 1000;
  value.estimated_cost_spread = 0.03;
  value.measured_wake_cost_ns = 9000;
  value.measured_start_delay_ns = 41'000;
  value.claim_cost_ns = 25;
  value.backend = "tbb";
  value.label = "hashing";
  return value;
}

template <class T>
std::string written(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

void check_width(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    INFO(line);
    CHECK(column_count(line) <= text_block_columns);
  }
}

TEST_CASE("a report is a few aligned lines", "[insight][unit]") {
  CHECK("\n" + written(shared_report()) == R"(
amorsize report: hashing
  reason      shared: 2 of 2 workers, 99,000 items x 1.00 us; 99 ms alone, 50 ms predicted
  items       99,000
  n_jobs      2, backend tbb
  workers     2 ran items
  chunksize   40
  speedup     1.98 estimated, 1.91 measured
  elapsed     52 ms
  cost        1.00 us per item, spread 3 %
  overheads   claim 25 ns, wake-up 9.00 us, first helper after 41 us
  busy        worker 0       51 ms    98 %  #######################################
              worker 1       13 ms    25 %  ##########
  warning     AMORSIZE_N_JOBS="many" is no number: ignored
  revisions       time  n_jobs      chunksize  reason
                  0 ns       1              1  serial: nothing decided yet
                120 us       2             40  shared: 2 of 2 workers, 99,000 items x 1.00 us; 99
                                               ms alone, 50 ms predicted
)");
}

/// The row of that name, wrapped or not, as one line.
std::string row_of(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  std::string line;
  std::string found;
  while (std::getline(lines, line)) {
    if (!found.empty() && line.starts_with(std::string(14, ' '))) {
      found += " " + line.substr(14);
    } else if (!found.empty()) {
      break;
    } else if (line.starts_with("  " + name + " ")) {
      found = line.substr(14);
    }
  }
  return found;
}

TEST_CASE("a report tells what more workers would bring from what they would need CPUs for",
          "[insight][unit]") {
  amorsize::report value = shared_report();
  value.limit_jobs = 2;
  value.alternatives = {{1, 99e6, 1.0}, {2, 50e6, 1.98}, {3, 33e6, 2.97}, {4, 25e6, 3.93}};
  const std::string text = written(value);
  CHECK(row_of(text, "instead") == "1 worker 99 ms (1.00 x)");
  CHECK(row_of(text, "with more") ==
        "3 workers 33 ms (2.97 x); 4 workers 25 ms (3.93 x), had each a CPU");
  value.limit_jobs = 0;  // nobody asked what there is
  CHECK(row_of(written(value), "with more").empty());
}

TEST_CASE("a report says when one chunk kept all others waiting", "[insight][unit]") {
  amorsize::report value = shared_report();
  value.longest_chunk = 26ms;
  value.longest_chunk_items = 1;
  CHECK(row_of(written(value), "with more") ==
        "a chunk of 1 item took 26 ms, 50 % of the time: more workers would not have helped");
  value.longest_chunk_items = 40;
  CHECK(row_of(written(value), "with more") ==
        "a chunk of 40 items took 26 ms, 50 % of the time: smaller chunks might help, more "
        "workers not");
  value.longest_chunk = 25ms;
  CHECK(row_of(written(value), "with more").empty());
  value.longest_chunk = 52ms;
  value.workers = 1;
  CHECK(row_of(written(value), "with more").empty());
}

TEST_CASE("a report says when nobody came, and what its figures do not compare",
          "[insight][unit]") {
  amorsize::report value = shared_report();
  value.workers = 1;
  CHECK(row_of(written(value), "workers") == "1 ran items, no helper came before the end");
  value.n_jobs = 1;
  value.chunks = 5;
  CHECK(row_of(written(value), "workers") == "1 ran items");
  CHECK(row_of(written(value), "chunksize") == "40, the clock read after 5 blocks");
  value = shared_report();
  value.estimated_cost_spread = 0.6;
  CHECK(row_of(written(value), "speedup") ==
        "1.98 estimated, 1.91 measured (on items of other costs)");
}

TEST_CASE("the stream's formatting plays no part and stays as it was", "[insight][unit]") {
  std::ostringstream out;
  out << std::hex << std::setfill('*') << std::setprecision(1) << std::showbase << std::setw(200);
  const auto flags = out.flags();
  out << shared_report();
  CHECK(out.str() == written(shared_report()));
  CHECK(out.flags() == flags);
  CHECK(out.fill() == '*');
  CHECK(out.width() == 0);
}

TEST_CASE("an empty report and an extreme one can be printed", "[insight][unit]") {
  check_width(written(amorsize::report{}));
  amorsize::report value = shared_report();
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  value.items = value.n_jobs = value.chunksize = value.workers = most;
  value.estimated_speedup = std::numeric_limits<double>::infinity();
  value.measured_speedup = std::numeric_limits<double>::quiet_NaN();
  value.estimated_cost_spread = std::numeric_limits<double>::quiet_NaN();
  value.estimated_cost_ns = -std::numeric_limits<double>::infinity();
  value.elapsed = std::chrono::nanoseconds::min();
  value.revisions.push_back({std::chrono::nanoseconds::min(), most, most, std::string(300, 'x')});
  value.worker_busy.assign(1000, std::chrono::nanoseconds::max());
  const std::string text = written(value);
  check_width(text);
  CHECK(text.find("984 more") != std::string::npos);
}

TEST_CASE("a hostile label can neither forge a row nor command the terminal", "[insight][unit]") {
  amorsize::report value = shared_report();
  value.label = "x\n  reason      forged\x1b[2J\xff";
  value.reason = value.label;
  value.warnings = {value.label};
  const std::string text = written(value);
  CHECK(text.find("\n  reason      forged") == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\xff') == std::string::npos);
}

TEST_CASE("a plan is a few aligned lines", "[insight][unit]") {
  amorsize::plan value;
  value.n_jobs = 2;
  value.chunksize = 40;
  value.reason = "shared: 2 of 2 workers";
  value.estimated_speedup = 1.9;
  value.estimated_speedup_low = 1.5;
  value.estimated_speedup_high = 2;
  value.warnings = {"few samples"};
  value.sampled_items = 5;
  value.items = 1000;
  value.estimated_cost_ns = 100;
  value.estimated_cost_spread = 0.5;
  value.estimated_serial_ns = 1e5;
  value.estimated_parallel_ns = 6e4;
  value.wake_cost_ns = 9000;
  value.start_delay_ns = 41'000;
  value.claim_cost_ns = 25;
  value.sampled_ns = 400;
  value.first_call_ns = 7000;
  value.result_bytes = 8;
  value.limit = "2 workers: 2 CPUs";
  CHECK("\n" + written(value) == R"(
amorsize plan
  reason      shared: 2 of 2 workers
  n_jobs      2
  at most     2 workers: 2 CPUs
  chunksize   40
  speedup     1.90 estimated, 1.50 to 2.00
  items       1,000, 5 sampled in 400 ns, the first call 7.00 us
  cost        100 ns per item, spread 50 %, result 8 bytes
  time        100 us alone, 60 us under this plan
  overheads   wake-up 9.00 us, first helper after 41 us, claim 25 ns
  warning     few samples
)");
  value.items = 0;
  CHECK(written(value).find("  items       unknown number, 5 sampled in ") != std::string::npos);
}

TEST_CASE("a plan's options fix n_jobs and chunksize and nothing else", "[insight][unit]") {
  amorsize::plan value;
  value.n_jobs = 3;
  value.chunksize = 17;
  const amorsize::options how = value.as_options();
  CHECK(how.n_jobs == 3);
  CHECK(how.chunksize == 17);
  CHECK(how.max_jobs == 0);
  CHECK(how.sample_size == 0);
  CHECK(how.report == nullptr);
  CHECK_FALSE(how.on_progress);
}

TEST_CASE("a machine is a few aligned lines, and says what is unknown", "[insight][unit]") {
  amorsize::machine value;
  CHECK("\n" + written(value) == R"(
amorsize machine
  cores       unknown usable, kinds unknown
  cpus        unknown allowed of unknown
  numa nodes  unknown
  cpu quota   none
  memory      unknown available, limit none
  caches      L1 unknown, L2 unknown, L3 unknown
  overheads   wake-up unknown, first helper after unknown, claim unknown
)");
  value.physical_cores = 64;
  value.logical_cores = 128;
  value.allowed_cpus = 96;
  value.numa_nodes = 2;
  value.cpu_quota = 1.5;
  value.memory_available = (1ULL << 40U) - 1;
  value.memory_limit = 1ULL << 33U;
  value.core_kinds = 1;
  value.cache_l1_bytes = 32'768;
  value.cache_l2_bytes = 1 << 20;
  value.cache_l3_bytes = 36ULL << 20U;
  value.measured_wake_cost = 9us;
  value.measured_start_delay = 41us;
  value.measured_claim_cost = 25ns;
  value.notes = {"quota: unreadable"};
  CHECK("\n" + written(value) == R"(
amorsize machine
  cores       64 usable, kinds 1
  cpus        96 allowed of 128
  numa nodes  2
  cpu quota   1.50 CPUs
  memory      1.00 TiB available, limit 8.00 GiB
  caches      L1 32 KiB, L2 1.00 MiB, L3 36 MiB
  overheads   wake-up 9.00 us, first helper after 41 us, claim 25 ns
  note        quota: unreadable
)");
  value.memory_available = std::numeric_limits<std::uint64_t>::max();
  check_width(written(value));
}

}  // namespace
