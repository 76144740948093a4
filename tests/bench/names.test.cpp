#include "bench/driver/cell_names.hpp"
#include "bench/driver/google_benchmark.hpp"
#include "bench/driver/schedule.hpp"
#include "bench/driver/selection.hpp"
#include "bench/driver/variants.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace amorsize_bench;
using amorsize_test::ContainsSubstring;

namespace {

std::vector<std::string> names_of(const std::vector<variant>& variants) {
  std::vector<std::string> names;
  for (const variant& one : variants) {
    names.push_back(one.name);
  }
  return names;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A stock of a few programs that all have these cells.
stock stock_of(const std::vector<std::string>& cells) {
  stock of;
  of.cells = cells;
  for (const char* name : {"serial", "amorsize", "amorsize_copy", "tbb_auto", "omp_guided"}) {
    of.programs.push_back({.name = std::string("bench_") + name});
  }
  return of;
}

}  // namespace

TEST_CASE("what Google Benchmark appends to a name is not part of the cell", "[bench][unit]") {
  CHECK(cell_of("exp/items:1000/process_time/real_time") == "exp/items:1000");
  CHECK(cell_of("cold/us:20/iterations:40/process_time/manual_time") == "cold/us:20");
  CHECK(cell_of("at_once/threads:2/items:20/real_time") == "at_once/threads:2/items:20");
  CHECK(cell_of("plain") == "plain");
  CHECK(workload_of("exp/items:1000") == "exp");
  CHECK(names_in_list("a/b:1\n\nc\n***WARNING*** x y\nd") ==
        std::vector<std::string>{"a/b:1", "c", "d"});
}

TEST_CASE("a filter matches its own cell and no other", "[bench][unit]") {
  const std::string name = "a.b/items:1+(x)[2]/real_time";
  const std::regex filter(exact_filter(name), std::regex::extended);
  CHECK(std::regex_search(name, filter));
  CHECK_FALSE(std::regex_search("a_b/items:1+(x)[2]/real_time", filter));
  CHECK_FALSE(std::regex_search(name + "0", filter));
  CHECK_FALSE(std::regex_search("0" + name, filter));
}

TEST_CASE("a quick sample has each workload once, from its middle, evenly thinned",
          "[bench][unit]") {
  const std::vector<std::string> cells{"a/1", "a/2", "a/3", "b/1", "c/1", "c/2", "d/1"};
  CHECK(spread_sample(cells, 9) == std::vector<std::string>{"a/2", "b/1", "c/2", "d/1"});
  CHECK(spread_sample(cells, 2) == std::vector<std::string>{"a/2", "c/2"});
  CHECK(spread_sample({}, 2).empty());
}

TEST_CASE("both back ends are judged, unknown programs compete, and controls do neither",
          "[bench][unit]") {
  const std::vector<variant> all = variants_of({"bench_newcomer",
                                                "bench_tbb_simple",
                                                "bench_omp_dynamic_libomp",
                                                "bench_serial",
                                                "bench_tbb_auto_slowed",
                                                "bench_amorsize_copy",
                                                "bench_amorsize"});
  CHECK(names_of(all) == std::vector<std::string>{"amorsize",
                                                  "amorsize_threads",
                                                  "serial",
                                                  "newcomer",
                                                  "omp_dynamic_libomp",
                                                  "omp_dynamic_libomp_passive",
                                                  "tbb_simple",
                                                  "amorsize_copy",
                                                  "tbb_auto_slowed"});
  const auto kind = [&all](std::size_t i) { return all[i].kind; };
  CHECK((kind(0) == family::amorsize && kind(1) == family::amorsize));
  CHECK((kind(2) == family::rival && kind(3) == family::rival));
  CHECK((kind(7) == family::control && kind(8) == family::control));
  CHECK((all[4].is_swept && all[5].is_swept && all[6].is_swept));
  CHECK_FALSE(all[3].is_swept);
}

TEST_CASE("a child's environment holds what its variant asks for, and nothing else that steers",
          "[bench][unit]") {
  const std::vector<variant> all = variants_of({"bench_omp_dynamic", "bench_amorsize"});
  const std::vector<std::string> ours{
      "PATH=/bin", "OMP_NUM_THREADS=1", "AMORSIZE_N_JOBS=1", "KMP_BLOCKTIME=0", "HOME=/"};
  CHECK(environment_for(all[1], std::nullopt, ours) ==
        std::vector<std::string>{"PATH=/bin", "HOME=/", "AMORSIZE_BACKEND=threads"});
  CHECK(environment_for(all[3], 16, ours) ==
        std::vector<std::string>{
            "PATH=/bin", "HOME=/", "OMP_WAIT_POLICY=passive", "AMORSIZE_BENCH_GRAIN=16"});
}

TEST_CASE("a round runs every job once, in an order that seed and round decide", "[bench][unit]") {
  std::vector<job> jobs;
  for (std::size_t i = 0; i < 100; ++i) {
    jobs.push_back({.cell = i / 10, .variant = i % 10});
  }
  const auto order = [&jobs](std::uint64_t seed, std::size_t round) {
    std::vector<std::size_t> places;
    for (const job& each : shuffled(jobs, seed, round)) {
      places.push_back(each.cell * 10 + each.variant);
    }
    return places;
  };
  const std::vector<std::size_t> first = order(1, 1);
  CHECK(std::set(first.begin(), first.end()).size() == 100);
  CHECK(first == order(1, 1));
  CHECK(first != order(1, 2));
  CHECK(first != order(2, 1));
  CHECK(first != order(1 + (std::uint64_t{1} << 32U), 1));
}

TEST_CASE("what a selection leaves out is named", "[bench][unit]") {
  const stock of = stock_of({"a/1", "a/2", "b/1"});
  options how;
  const selection all = select(of, how);
  CHECK(all.cells.size() == 3);
  CHECK(names_of(all.variants) == std::vector<std::string>{"amorsize",
                                                           "amorsize_threads",
                                                           "serial",
                                                           "omp_guided",
                                                           "omp_guided_passive",
                                                           "tbb_auto"});
  CHECK((all.cells_left_out.empty() && all.variants_left_out.empty()));

  how.is_quick = true;
  const selection quick = select(of, how);
  CHECK(quick.cells == std::vector<std::string>{"a/2", "b/1"});
  CHECK(quick.cells_left_out == std::vector<std::string>{"a/1"});
  CHECK(has(quick.variants_left_out, "omp_guided"));

  how = {};
  how.cell = "^a";
  how.variant = "^(amorsize.*|serial)$";
  const selection some = select(of, how);
  CHECK(some.cells.size() == 2);
  CHECK(names_of(some.variants) ==
        std::vector<std::string>{"amorsize", "amorsize_threads", "serial"});
  CHECK(has(some.variants_left_out, "tbb_auto"));

  how = {};
  how.has_controls = true;
  CHECK(has(names_of(select(of, how).variants), "amorsize_copy"));
}

TEST_CASE("a result of Google Benchmark becomes a figure in nanoseconds", "[bench][unit]") {
  const outcome read = read_outcome(R"({"context": {}, "benchmarks": [{"name": "a/1",
      "real_time": 1.5, "cpu_time": 3, "time_unit": "us", "iterations": 7, "threads": 1,
      "cpu_per_call_ns": 12.5, "label": "text"}]})",
                                    "a/1");
  REQUIRE(read.measured);
  CHECK(read.measured->real_ns == 1500);
  CHECK(read.measured->cpu_ns == 3000);
  CHECK(read.measured->counters ==
        std::map<std::string, double>{{"cpu_per_call_ns", 12.5}, {"iterations", 7}});
}

TEST_CASE("output that is not exactly one sensible result is a failure with a text",
          "[bench][unit]") {
  const auto failure = [](const std::string& benchmarks) {
    const outcome read = read_outcome("{\"benchmarks\": " + benchmarks + "}", "a");
    CHECK_FALSE(read.measured);
    return read.failure;
  };
  CHECK_THAT(failure("[]"), ContainsSubstring("exactly one"));
  CHECK_THAT(failure("7"), ContainsSubstring("exactly one"));
  CHECK_THAT(failure(R"([{"name": "b", "real_time": 1, "cpu_time": 1}])"),
             ContainsSubstring("another cell: b"));
  CHECK_THAT(failure(R"([{"name": "a", "error_occurred": true, "error_message": "wrong result",
                          "real_time": 1, "cpu_time": 1}])"),
             ContainsSubstring("wrong result"));
  CHECK_THAT(failure(R"([{"name": "a", "real_time": 0, "cpu_time": 1}])"),
             ContainsSubstring("no sense"));
  CHECK_THAT(failure(R"([{"name": "a", "real_time": 1, "cpu_time": 1, "time_unit": "h"}])"),
             ContainsSubstring("no sense"));
  CHECK_THAT(failure(R"([{"name": "a", "real_time": "1", "cpu_time": 1}])"),
             ContainsSubstring("no result"));
  CHECK_THAT(failure(R"([{"name": "a"}])"), ContainsSubstring("no result"));
  CHECK_FALSE(read_outcome("Segmentation fault", "a").measured);
  CHECK_FALSE(read_outcome("", "a").measured);
}

TEST_CASE("the context keeps how a program was built, not where and when it ran", "[bench][unit]") {
  CHECK(read_context(R"({"context": {"date": "x", "host_name": "h", "executable": "/x",
      "compiler": "12.2", "num_cpus": 2, "cpu_scaling_enabled": false}})") ==
        std::map<std::string, std::string>{{"compiler", "12.2"}, {"cpu_scaling_enabled", "false"}});
  CHECK(read_context("garbage").empty());
  CHECK(read_context("[1]").empty());
}
