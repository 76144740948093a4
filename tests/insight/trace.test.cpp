#include "runtime/insight/decision_log.hpp"
#include "runtime/insight/event_log.hpp"
#include "runtime/insight/reason_text.hpp"
#include "runtime/insight/trace_events.hpp"
#include "tests/support/catch.hpp"

#include <amorsize/report.hpp>

#include <nlohmann/json.hpp>

#include <iomanip>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace {

using amorsize::policy::decision;
using amorsize::policy::nanoseconds;
using amorsize::policy::reason_code;
using nlohmann::json;

json written_trace() {
  std::ostringstream out;
  out << std::hex << std::setw(50) << std::setprecision(1);
  amorsize::write_trace(out);
  return json::parse(out.str());
}

/// The events on the track of one map: the log is the process's, other tests write to it too.
std::vector<json> events_of(const json& trace, std::uint64_t map_id, const std::string& phase) {
  std::vector<json> events;
  for (const json& each : trace["traceEvents"]) {
    if (each["tid"] == amorsize::insight::track_of_map(map_id) && each["ph"] == phase) {
      events.push_back(each);
    }
  }
  return events;
}

TEST_CASE("a trace tells each map's decisions with their numbers", "[insight][unit]") {
  constexpr std::uint64_t map_id = 900'001;
  const decision alone{.n_jobs = 1,
                       .chunksize = 400,
                       .reason = reason_code::too_short,
                       .items_left = 400,
                       .estimated_cost = nanoseconds{90},
                       .wake_cost = nanoseconds{38e3},
                       .estimated_serial = nanoseconds{36e3}};
  decision shared = alone;
  shared.n_jobs = 2;
  shared.chunksize = 40;
  shared.reason = reason_code::costs_changed;
  amorsize::insight::record(map_id, nanoseconds{1500}, alone, "hashing");
  amorsize::insight::record(map_id + 1, nanoseconds{1600}, alone, {});
  amorsize::insight::record(map_id, nanoseconds{2'500'000}, shared, "hashing");

  const json trace = written_trace();
  const auto names = events_of(trace, map_id, "M");
  REQUIRE(names.size() == 2);  // and its place
  CHECK(names[0]["name"] == "thread_name");
  CHECK(names[0]["args"]["name"] == "hashing (map 900001)");
  CHECK(events_of(trace, map_id + 1, "M")[0]["args"]["name"] == "map 900002");
  CHECK(trace["traceEvents"][0]["args"]["name"] == "amorsize");

  const auto decisions = events_of(trace, map_id, "i");
  REQUIRE(decisions.size() == 2);
  CHECK(decisions[0]["name"] == "too_short");
  CHECK(decisions[0]["ts"] == 1.5);
  CHECK(decisions[0]["args"]["reason"] == amorsize::insight::reason_text(alone));
  CHECK(decisions[0]["args"]["estimated_cost_ns"] == 90.0);
  CHECK(decisions[1]["name"] == "costs_changed");
  CHECK(decisions[1]["ts"] == 2500.0);

  const auto counters = events_of(trace, map_id, "C");
  REQUIRE(counters.size() == 4);
  CHECK(counters[2]["name"] == "n_jobs of hashing (map 900001)");
  CHECK(counters[2]["args"] == json{{"n_jobs", 2}});
  CHECK(counters[3]["args"] == json{{"chunksize", 40}});
  CHECK(trace["otherData"]["recorded_decisions"] >= 3);
}

TEST_CASE("a trace is valid JSON whatever was recorded", "[insight][unit]") {
  constexpr std::uint64_t map_id = 900'011;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const decision odd{.n_jobs = std::numeric_limits<std::size_t>::max(),
                     .reason = static_cast<reason_code>(250),
                     .estimated_cost = nanoseconds{infinity},
                     .measured_rate_ratio = std::numeric_limits<double>::quiet_NaN()};
  amorsize::insight::record(map_id, nanoseconds{-infinity}, odd, "\xff\"</script>\n");
  const json trace = written_trace();
  const auto decisions = events_of(trace, map_id, "i");
  REQUIRE(decisions.size() == 1);
  CHECK(decisions[0]["name"] == "unknown");
  CHECK(decisions[0]["ts"] == 0.0);
  CHECK(decisions[0]["args"]["estimated_cost_ns"].is_null());
  CHECK(events_of(trace, map_id, "M")[0]["args"]["name"] ==
        "\xEF\xBF\xBD\"</script>\n (map 900011)");
}

TEST_CASE("a trace tells what workers did, each on the track of its thread", "[insight][unit]") {
  using amorsize::policy::event_kind;
  using amorsize::policy::map_event;
  constexpr std::uint32_t map_id = 900'021;
  amorsize::insight::record(map_id, nanoseconds{1e3}, {.n_jobs = 2}, "parsing");
  const map_event chunk{.began = nanoseconds{2e3},
                        .duration_ns = 4e3F,
                        .items = 40,
                        .first_item = 7,
                        .map_id = map_id,
                        .worker = 1,
                        .kind = event_kind::chunk};
  map_event steal = chunk;
  steal.kind = event_kind::steal;
  steal.duration_ns = 0.0F;
  map_event whole = chunk;
  whole.kind = event_kind::map_failed;
  amorsize::insight::record_event(chunk);
  amorsize::insight::record_event(steal);
  amorsize::insight::record_event(whole);

  const json trace = written_trace();
  std::vector<json> mine;
  for (const json& each : trace["traceEvents"]) {
    if (each.contains("args") && each["args"].value("map", 0U) == map_id &&
        each.value("cat", "") != "decision") {
      mine.push_back(each);
    }
  }
  REQUIRE(mine.size() == 3);
  const auto with = [&](const std::string& category) {
    for (const json& each : mine) {
      if (each["cat"] == category) {
        return each;
      }
    }
    return json{};
  };
  const json ran = with("chunk");
  CHECK(ran["name"] == "parsing (map 900021)");
  CHECK(ran["ph"] == "X");
  CHECK(ran["ts"] == 2.0);
  CHECK(ran["dur"] == 4.0);
  CHECK(ran["args"]["items"] == 40);
  CHECK(ran["args"]["first_item"] == 7);
  CHECK(ran["args"]["ns_per_item"] == 100.0);
  CHECK(ran["tid"] < amorsize::insight::first_map_track);
  CHECK(with("steal")["ph"] == "i");
  CHECK(with("steal")["tid"] == ran["tid"]);
  CHECK(with("map")["name"] == "parsing (map 900021): failed");
  CHECK(with("map")["tid"] == amorsize::insight::track_of_map(map_id));
  double items = 0.0;
  double last = 0.0;
  for (const json& each : events_of(trace, map_id, "C")) {
    if (each["name"] == "items/s of parsing (map 900021)") {
      items += each["args"]["items/s"].get<double>() * (4e3 / 100) * 1e-9;
      CHECK(each["ts"] >= last);
      last = each["ts"].get<double>();
    }
  }
  CHECK(items == Approx(40.0));
}

}  // namespace
