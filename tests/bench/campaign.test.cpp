// The driver as a whole, on scripts that answer like benchmark programs.
#include "bench/driver/campaign.hpp"
#include "bench/driver/heat_map.hpp"
#include "bench/driver/record_file.hpp"
#include "bench/driver/text_table.hpp"
#include "bench/driver/variants.hpp"
#include "bench/driver/verdict.hpp"
#include "tests/bench/scripts.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace amorsize_bench;
using amorsize_bench_test::scripts;
using amorsize_test::Approx;
using amorsize_test::ContainsSubstring;

namespace {

// Two cells. Before it answers, `special` may do something else in cell two; `time` may depend on
// the environment.
std::string fake(const std::string& time, const std::string& special = ":") {
  return R"(
case "$1" in --benchmark_list_tests)
  echo one/items:64/process_time/real_time
  echo two/iterations:40/process_time/manual_time
  exit ;;
esac
name=${1#--benchmark_filter=^}
name=${name%\$}
case "$name" in two*) )" +
         special + R"( ;; esac
printf '{"context": {"compiler": "12.2", "host_name": "secret"}, "benchmarks": [{"name": "%s",
  "real_time": %s, "cpu_time": 5, "items_per_second": 1e9}]}' "$name" )" +
         time + "\n";
}

/// Programs of which one crashes in cell two, one cannot even list its cells, and one may hang in
/// cell two.
struct fake_bench {
  explicit fake_bench(const std::string& hanging = ":") {
    folder.add("bench_serial", fake("100"));
    folder.add("bench_amorsize", fake("$([ $AMORSIZE_BACKEND = tbb ] && echo 150 || echo 300)"));
    folder.add("bench_tbb_simple",
               fake("$([ $AMORSIZE_BENCH_GRAIN = 16 ] && echo 64 || echo 640)"));
    folder.add("bench_crashing", fake("50", "kill -SEGV $$"));
    folder.add("bench_hanging", fake("80", hanging));
    folder.add("bench_broken", "echo cannot load >&2; exit 1\n");
    std::ofstream(folder.folder() / "bench_notes.txt") << "not executable";
  }

  scripts folder;
};

std::vector<std::string> names(const stock& of) {
  std::vector<std::string> result;
  for (const program& each : of.programs) {
    result.push_back(each.name);
  }
  return result;
}

std::size_t index_of(const results& in, const std::string& name) {
  const auto found = std::find_if(
      in.variants.begin(), in.variants.end(), [&](const variant& one) { return one.name == name; });
  REQUIRE(found != in.variants.end());
  return static_cast<std::size_t>(found - in.variants.begin());
}

record measured_record(const stock& of) {
  record made;
  made.what.variants = variants_of(names(of));
  made.what.cells = of.cells;
  made.what.rounds = 2;
  made.what.tries_per_grain = 1;
  made.what.timeout = std::chrono::seconds(4);
  made.campaign = measure(of, made.what);
  made.found = reach_verdict(made.campaign.measured, {.allowance_ns = 0, .draws = 20});
  return made;
}

}  // namespace

TEST_CASE("the stock is what can list its cells, the serial loop first", "[bench][unit]") {
  const fake_bench bench;
  const stock found = take_stock(bench.folder.folder());
  CHECK(
      names(found) ==
      std::vector<std::string>{
          "bench_serial", "bench_amorsize", "bench_crashing", "bench_hanging", "bench_tbb_simple"});
  CHECK(found.cells == std::vector<std::string>{"one/items:64", "two"});
  REQUIRE(found.failures.contains("bench_broken"));
  CHECK_THAT(found.failures.at("bench_broken"), ContainsSubstring("cannot load"));
}

TEST_CASE("a campaign survives crashes and hangs, finds the grain and is judged", "[bench][unit]") {
  const fake_bench bench("while :; do sleep 1000; done");
  const record made = measured_record(take_stock(bench.folder.folder()));
  const results& measured = made.campaign.measured;
  REQUIRE(measured.cells.size() == 2);

  const std::size_t crashing = index_of(measured, "crashing");
  CHECK(measured.cells[0].entries[crashing].rounds[1].measured->real_ns == 50);
  CHECK(first_failure(measured.cells[1].entries[crashing]) == "killed by SIGSEGV");
  const entry& hanging = measured.cells[1].entries[index_of(measured, "hanging")];
  CHECK_THAT(hanging.rounds[0].failure, ContainsSubstring("no end within its time"));
  CHECK_THAT(hanging.rounds[1].failure, ContainsSubstring("not tried again"));

  const entry& simple = measured.cells[0].entries[index_of(measured, "tbb_simple")];
  CHECK(simple.grain == 16U);
  CHECK(simple.trials.size() > 1);
  CHECK(simple.rounds[0].measured->real_ns == 64);

  // One: against the crashing one, which does not crash here (50). Two: against tbb_simple (64).
  const std::size_t ours = index_of(measured, "amorsize");
  CHECK(*made.found.cells[0].standings[0].regret == Approx(3));
  CHECK(made.found.cells[0].standings[0].variant == ours);
  CHECK(*made.found.cells[1].standings[0].regret == Approx(150.0 / 64));
  CHECK(*made.found.cells[1].standings[1].regret == Approx(300.0 / 64));

  CHECK(made.campaign.contexts.at("bench_serial") ==
        std::map<std::string, std::string>{{"compiler", "12.2"}});

  std::ostringstream text;
  print_verdict(text, made);
  CHECK_THAT(text.str(), ContainsSubstring("failed  crashing: killed by SIGSEGV"));
  CHECK_THAT(text.str(), ContainsSubstring("cells lost: 2"));

  const std::string svg = heat_map_svg(measured, made.found);
  CHECK_THAT(svg, ContainsSubstring("two, crashing: -, failed: killed by SIGSEGV"));
  CHECK_THAT(svg, ContainsSubstring("grain 16"));
}

TEST_CASE("a record that is written and read again is judged the same", "[bench][unit]") {
  const fake_bench bench;
  const record made = measured_record(take_stock(bench.folder.folder()));
  const std::filesystem::path file = bench.folder.folder() / "record.json";
  write_record(made, file);
  const results read = read_results(file);
  REQUIRE(read.cells.size() == 2);
  CHECK(read.rounds == 2);
  CHECK(read.cells[0].entries[index_of(read, "tbb_simple")].grain == 16U);
  const verdict again = reach_verdict(read, {.allowance_ns = 0, .draws = 20});
  for (std::size_t v = 0; v < made.found.summaries.size(); ++v) {
    CHECK(again.summaries[v].mean_regret == made.found.summaries[v].mean_regret);
    CHECK(again.summaries[v].lost == made.found.summaries[v].lost);
  }
}

TEST_CASE("a file that is no record is refused with its name", "[bench][unit]") {
  const scripts folder;
  const std::filesystem::path file = folder.folder() / "other.json";
  CHECK_THROWS_WITH(read_results(file), ContainsSubstring("other.json"));
  for (const char* text : {"garbage", "{}", R"({"format": 99})", R"({"format": 1})"}) {
    std::ofstream(file) << text;
    CHECK_THROWS_WITH(read_results(file), ContainsSubstring("other.json"));
  }
  CHECK_THROWS_AS(write_record({}, folder.folder() / "no" / "such" / "folder"), std::runtime_error);
}
