// A map, a stream, a failing map, a nested map, a cancelled map and a serial map: report, JSON,
// page and trace tell the same story of each, checked event by event. With AMORSIZE_TEST_PAGES=
// <folder> the pages and the trace are also written there, for a browser.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <list>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace {

using amorsize::parallel_map;
using amorsize::report;
using nlohmann::json;

constexpr std::size_t length = 2'000;

std::vector<int> numbers() {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 0);
  return items;
}

int busy(int x) {
  volatile int sum = x;
  for (int i = 0; i < 200; ++i) {
    sum = sum + i;
  }
  return sum;
}

report shared_map() {
  report seen;
  parallel_map(
      numbers(), busy, {.n_jobs = 2, .chunksize = 50, .report = &seen, .label = "a shared map"});
  return seen;
}

report stream() {
  report seen;
  const std::vector<int> items = numbers();
  const std::list<int> linked(items.begin(), items.end());
  const auto results = parallel_map(
      linked, busy, {.n_jobs = 2, .chunksize = 50, .report = &seen, .label = "a stream"});
  CHECK(results.size() == length);
  return seen;
}

report failing_map() {
  report seen;
  const auto fail = [](int x) {
    if (x == 700) {
      throw std::runtime_error("item 700");
    }
    return busy(x);
  };
  CHECK_THROWS_AS(
      parallel_map(numbers(),
                   fail,
                   {.n_jobs = 2, .chunksize = 50, .report = &seen, .label = "a failing map"}),
      std::runtime_error);
  return seen;
}

report failing_stream() {
  report seen;
  const auto fail = [](int x) {
    if (x == 700) {
      throw std::runtime_error("item 700");
    }
    return busy(x);
  };
  const std::vector<int> items = numbers();
  const std::list<int> linked(items.begin(), items.end());
  CHECK_THROWS_AS(
      parallel_map(linked,
                   fail,
                   {.n_jobs = 2, .chunksize = 50, .report = &seen, .label = "a failing stream"}),
      std::runtime_error);
  return seen;
}

report cancelled_map() {
  report seen;
  std::stop_source stop;
  const auto stop_at_700 = [&stop](int x) {
    if (x == 700) {
      stop.request_stop();
    }
    return busy(x);
  };
  CHECK_THROWS_AS(parallel_map(numbers(),
                               stop_at_700,
                               {.n_jobs = 2,
                                .chunksize = 50,
                                .stop = stop.get_token(),
                                .report = &seen,
                                .label = "a cancelled map"}),
                  amorsize::cancelled);
  return seen;
}

report serial_map() {
  report seen;
  parallel_map(numbers(), busy, {.n_jobs = 1, .report = &seen, .label = "a serial map"});
  return seen;
}

/// The outer map, then the inner ones.
std::vector<report> nested_maps() {
  std::vector<report> seen(5);
  parallel_map(
      std::vector<std::size_t>{1, 2, 3, 4},
      [&seen](std::size_t i) {
        return parallel_map(
                   numbers(),
                   busy,
                   {.n_jobs = 2, .chunksize = 100, .report = &seen[i], .label = "an inner map"})
            .size();
      },
      {.n_jobs = 2, .chunksize = 1, .report = &seen[0], .label = "an outer map"});
  return seen;
}

std::vector<json> events_of(const json& trace, const report& of, const std::string& category) {
  std::vector<json> found;
  for (const json& each : trace["traceEvents"]) {
    if (each.value("cat", "") == category && each["args"].value("map", json(0)) == of.map_id) {
      found.push_back(each);
    }
  }
  return found;
}

/// Chunks and blocks: apart from each other, inside the map, all items that were given away.
void check_work(const json& trace, const report& of, const json& whole) {
  std::vector<json> work = events_of(trace, of, "chunk");
  const std::vector<json> alone = events_of(trace, of, "alone");
  CHECK(std::all_of(
      alone.begin(), alone.end(), [](const json& each) { return each["args"]["worker"] == 0; }));
  work.insert(work.end(), alone.begin(), alone.end());
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  std::size_t items = 0;
  constexpr double rounding = 1.0;  // microseconds
  const double began = whole["ts"].get<double>();
  const double ended = began + whole["dur"].get<double>();
  for (const json& each : work) {
    const std::size_t first = each["args"]["first_item"];
    const std::size_t count = each["args"]["items"];
    ranges.emplace_back(first, first + count);
    items += count;
    CHECK(each["ts"].get<double>() >= began - rounding);
    CHECK(each["ts"].get<double>() + each["dur"].get<double>() <= ended + rounding);
    CHECK(each["args"]["worker"].get<std::size_t>() < 2);
  }
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    CHECK(ranges[i - 1].second <= ranges[i].first);
  }
  CHECK(work.size() == of.chunks);
  CHECK(items == of.items);
  CHECK(events_of(trace, of, "steal").size() == of.steals);
}

void check_decisions(const json& trace, const report& of) {
  const std::vector<json> decisions = events_of(trace, of, "decision");
  REQUIRE(decisions.size() == of.revisions.size());
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    CHECK(decisions[i]["args"]["n_jobs"] == of.revisions[i].n_jobs);
    CHECK(decisions[i]["args"]["chunksize"] == of.revisions[i].chunksize);
    CHECK(decisions[i]["args"]["reason"] == of.revisions[i].reason);
  }
}

void check_trace(const json& trace, const report& of) {
  const std::vector<json> wholes = events_of(trace, of, "map");
  REQUIRE(wholes.size() == 1);
  const std::string name = of.label + " (map " + std::to_string(of.map_id) + ")";
  CHECK(wholes[0]["name"] == (of.outcome == "done" ? name : name + ": " + of.outcome));
  CHECK(wholes[0]["args"]["items"] == of.items);
  check_decisions(trace, of);
  check_work(trace, of, wholes[0]);
  std::size_t counters = 0;
  for (const json& each : trace["traceEvents"]) {
    counters += each["ph"] == "C" && each["name"] == "n_jobs of " + name ? 1 : 0;
  }
  CHECK(counters == of.revisions.size());
}

void check_json(const report& of) {
  const json read = json::parse(to_json(of));
  CHECK(read["label"] == of.label);
  CHECK(read["outcome"] == of.outcome);
  CHECK(read["map_id"] == of.map_id);
  CHECK(read["items"] == of.items);
  CHECK(read["revisions"].size() == of.revisions.size());
  std::size_t items = 0;
  for (const json& each : read["timeline"]) {
    items += each["items"].get<std::size_t>();
  }
  CHECK(items == of.items);
}

std::string page_of(const report& of) {
  std::ostringstream out;
  amorsize::write_page(out, of);
  return out.str();
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

void check_page(const report& of) {
  const std::string page = page_of(of);
  CHECK(page.find("<title>amorsize report: " + of.label + "</title>") != std::string::npos);
  CHECK(count_of(page, "<tr id=\"decision-") == of.revisions.size());
  CHECK(count_of(page, "% busy</title>") == of.timeline.size());
  CHECK((page.find("  outcome     " + of.outcome) != std::string::npos) == (of.outcome != "done"));
}

void write_files(const std::vector<report>& all) {
  const char* const folder = std::getenv("AMORSIZE_TEST_PAGES");
  if (folder == nullptr) {
    return;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::ofstream(std::string(folder) + "/map" + std::to_string(i) + ".html") << page_of(all[i]);
  }
  std::ofstream out(std::string(folder) + "/trace.json");
  amorsize::write_trace(out);
}

TEST_CASE("report, JSON, page and trace tell the same of six kinds of maps", "[api][unit]") {
  std::vector<report> all{
      shared_map(), stream(), failing_map(), cancelled_map(), serial_map(), failing_stream()};
  const std::vector<report> nested = nested_maps();
  all.insert(all.end(), nested.begin(), nested.end());

  std::ostringstream out;
  amorsize::write_trace(out);
  const json trace = json::parse(out.str());
  // While a ring is read for the report of one map, events of another one are dropped, and counted.
  const bool is_complete = trace["otherData"]["dropped_events"] == 0;
  for (const report& each : all) {
    INFO(each.label << ", map " << each.map_id);
    const bool fails = each.label.find("failing") != std::string::npos;
    const bool stops = each.label == "a cancelled map";
    CHECK(each.outcome == (fails ? "failed" : stops ? "cancelled" : "done"));
    CHECK((each.outcome == "done" ? each.items == (each.label == "an outer map" ? 4 : length)
                                  : each.items <= length));
    check_page(each);
    if (is_complete) {
      check_json(each);
      check_trace(trace, each);
    }
  }
  write_files(all);
}

}  // namespace
