// What a trace says about maps of every kind, read by a JSON library of somebody else's.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <list>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using amorsize::parallel_map;
using amorsize::report;
using nlohmann::json;

std::vector<int> numbers(std::size_t length) {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 0);
  return items;
}

json written_trace() {
  std::ostringstream out;
  amorsize::write_trace(out);
  return json::parse(out.str());
}

/// The events with this category of one map.
std::vector<json> events_of(const json& trace, std::uint64_t map_id, const std::string& category) {
  std::vector<json> found;
  for (const json& each : trace["traceEvents"]) {
    if (each.value("cat", "") == category &&
        each["args"].value("map", std::uint64_t{0}) == map_id) {
      found.push_back(each);
    }
  }
  return found;
}

/// Slices of one track are nested or apart: a viewer draws nothing else.
void check_nesting(const json& trace) {
  std::map<std::uint64_t, std::vector<std::pair<double, double>>> tracks;
  for (const json& each : trace["traceEvents"]) {
    if (each["ph"] == "X") {
      const double began = each["ts"].get<double>();
      tracks[each["tid"].get<std::uint64_t>()].emplace_back(began,
                                                            began + each["dur"].get<double>());
    }
  }
  constexpr double rounding = 0.5;  // microseconds: durations are kept as floats
  for (auto& [track, slices] : tracks) {
    INFO("track " << track);
    std::stable_sort(slices.begin(), slices.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    std::vector<double> open;
    for (const auto& [began, ended] : slices) {
      while (!open.empty() && open.back() <= began + rounding) {
        open.pop_back();
      }
      if (!open.empty()) {
        REQUIRE(ended <= open.back() + rounding);
      }
      open.push_back(ended);
    }
  }
}

/// What every event has, by the format's definition.
void check_events(const json& trace) {
  REQUIRE(trace["traceEvents"].is_array());
  for (const json& each : trace["traceEvents"]) {
    REQUIRE(each["name"].is_string());
    REQUIRE(each["pid"].is_number_unsigned());
    REQUIRE(each["tid"].is_number_unsigned());
    const std::string phase = each["ph"];
    REQUIRE((phase == "X" || phase == "i" || phase == "C" || phase == "M"));
    if (phase != "M") {
      REQUIRE(each["ts"].is_number());
    }
    if (phase == "X") {
      REQUIRE(each["dur"].get<double>() >= 0.0);
    }
    if (each.value("cat", "") == "decision") {
      REQUIRE_FALSE(each["args"]["reason"].get<std::string>().empty());
      REQUIRE(each["args"]["n_jobs"].get<std::size_t>() >= 1);
    }
  }
  check_nesting(trace);
}

std::size_t items_in(const std::vector<json>& events) {
  std::size_t items = 0;
  for (const json& each : events) {
    items += each["args"]["items"].get<std::size_t>();
  }
  return items;
}

TEST_CASE("a trace has every chunk of a shared map, with its items", "[api][unit]") {
  report filled;
  parallel_map(numbers(10'000),
               [](int x) { return x + 1; },
               {.n_jobs = 2, .chunksize = 100, .report = &filled, .label = "shared"});
  const json trace = written_trace();
  check_events(trace);
  const auto chunks = events_of(trace, filled.map_id, "chunk");
  CHECK(chunks.size() == 100);
  CHECK(filled.chunks == 100);
  CHECK(items_in(chunks) == 10'000);
  std::set<std::size_t> firsts;
  for (const json& each : chunks) {
    CHECK(each["args"]["items"] == 100);
    firsts.insert(each["args"]["first_item"].get<std::size_t>());
  }
  CHECK(firsts.size() == 100);
  CHECK(*firsts.rbegin() == 9'900);
  CHECK(events_of(trace, filled.map_id, "wake").size() == 1);
  CHECK(events_of(trace, filled.map_id, "steal").size() == filled.steals);
  CHECK(events_of(trace, filled.map_id, "decision").size() == filled.revisions.size());
  REQUIRE(events_of(trace, filled.map_id, "map").size() == 1);
  const std::string name = "shared (map " + std::to_string(filled.map_id) + ")";
  CHECK(events_of(trace, filled.map_id, "map")[0]["name"] == name);
  std::set<std::string> counters;
  for (const json& each : trace["traceEvents"]) {
    if (each["ph"] == "C" && each["name"].get<std::string>().ends_with(" of " + name)) {
      counters.insert(each["name"]);
    }
  }
  CHECK(counters ==
        std::set<std::string>{"n_jobs of " + name, "chunksize of " + name, "items/s of " + name});
}

TEST_CASE("a trace tells serial, failing, cancelled and streaming maps apart", "[api][unit]") {
  const auto itself = [](int x) { return x; };
  report serial;
  parallel_map(numbers(1'000), itself, {.n_jobs = 1, .report = &serial});
  report failed;
  CHECK_THROWS(parallel_map(numbers(1'000),
                            [](int x) {
                              if (x == 500) {
                                throw std::runtime_error("no");
                              }
                              return x;
                            },
                            {.n_jobs = 2, .report = &failed}));
  report cancelled;
  std::stop_source stop;
  CHECK_THROWS_AS(parallel_map(numbers(1'000),
                               [&](int x) {
                                 if (x == 10) {
                                   stop.request_stop();
                                 }
                                 return x;
                               },
                               {.n_jobs = 2, .stop = stop.get_token(), .report = &cancelled}),
                  amorsize::cancelled);
  report stream;
  const std::list<int> linked(300, 1);
  parallel_map(linked, itself, {.report = &stream});
  report view;
  for (const int x : linked | amorsize::views::parallel_map(itself, {.report = &view})) {
    static_cast<void>(x);
  }
  CHECK(serial.outcome == "done");
  CHECK(failed.outcome == "failed");
  CHECK(cancelled.outcome == "cancelled");
  CHECK(stream.outcome == "done");
  CHECK(view.outcome == "done");

  const json trace = written_trace();
  check_events(trace);
  std::set<std::uint64_t> ids;
  for (const report* each : {&serial, &failed, &cancelled, &stream, &view}) {
    CHECK(each->map_id > 0);
    ids.insert(each->map_id);
    REQUIRE(events_of(trace, each->map_id, "map").size() == 1);
    CHECK(events_of(trace, each->map_id, "map")[0]["args"]["items"] == each->items);
    CHECK_FALSE(events_of(trace, each->map_id, "decision").empty());
  }
  CHECK(ids.size() == 5);
  CHECK(items_in(events_of(trace, serial.map_id, "alone")) == 1'000);
  CHECK(events_of(trace, failed.map_id, "map")[0]["name"].get<std::string>().ends_with(": failed"));
  CHECK(events_of(trace, cancelled.map_id, "map")[0]["name"].get<std::string>().ends_with(
      ": cancelled"));
}

TEST_CASE("nested and concurrent maps are told apart in a trace", "[api][unit]") {
  const auto sum_to = [](int x) {
    long sum = 0;
    for (int i = 0; i < 50 * x; ++i) {
      sum += i;
    }
    return sum;
  };
  report outer;
  std::vector<report> inner(20);
  parallel_map(
      numbers(20),
      [&](int x) {
        const auto results = parallel_map(
            numbers(100),
            sum_to,
            {.n_jobs = 2, .report = &inner[static_cast<std::size_t>(x)], .label = "inner"});
        return results.back();
      },
      {.n_jobs = 2, .report = &outer, .label = "outer"});
  report beside;
  std::thread other([&] {
    parallel_map(numbers(5'000), sum_to, {.n_jobs = 2, .report = &beside, .label = "beside"});
  });
  report here;
  parallel_map(numbers(5'000), sum_to, {.n_jobs = 2, .report = &here, .label = "here"});
  other.join();

  const json trace = written_trace();
  check_events(trace);
  // A worker whose ring is just being read for another report drops its event, and the trace says
  // so.
  const bool is_complete = trace["otherData"]["dropped_events"] == 0;
  const auto expect_items = [&](const report& map, std::size_t items) {
    const std::size_t seen = items_in(events_of(trace, map.map_id, "chunk"));
    CHECK((is_complete ? seen == items : seen <= items));
  };
  expect_items(outer, 20);
  for (const report& each : inner) {
    expect_items(each, 100);
  }
  expect_items(beside, 5'000);
  expect_items(here, 5'000);
  CHECK(here.map_id != beside.map_id);
}

TEST_CASE("the report's own account of chunks agrees with the trace", "[api][unit]") {
  report filled;
  parallel_map(numbers(50'000),
               [](int x) { return x * 2; },
               {.n_jobs = 2, .chunksize = 50, .report = &filled});
  CHECK(filled.chunks == 1'000);
  std::size_t chunks = 0;
  std::size_t items = 0;
  for (const report::span& each : filled.timeline) {
    chunks += each.chunks;
    items += each.items;
    CHECK(each.worker < filled.worker_busy.size());
    CHECK(each.when.count() >= 0);
    CHECK(each.when + each.duration <= filled.elapsed + std::chrono::microseconds(1));
  }
  CHECK(chunks == 1'000);
  CHECK(items == 50'000);
  const json parsed = json::parse(amorsize::to_json(filled));
  CHECK(parsed["timeline"].size() == filled.timeline.size());
  CHECK(parsed["outcome"] == "done");
  CHECK(parsed["map_id"] == filled.map_id);
}

}  // namespace
