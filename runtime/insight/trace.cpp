// write_trace: the decision log in the Chrome trace format, for ui.perfetto.dev or
// chrome://tracing. Each map is a "thread" named by its label, with one instant event per decision
// and a counter each for n_jobs and chunksize.
#include "runtime/insight/decision_log.hpp"
#include "runtime/insight/json.hpp"
#include "runtime/insight/reason_text.hpp"
#include "runtime/insight/text_block.hpp"

#include <amorsize/report.hpp>

#include <cmath>
#include <cstdint>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

/// The format counts time in microseconds.
double trace_time(policy::nanoseconds when) {
  return std::isfinite(when.count()) ? when.count() / policy::microsecond.count() : 0.0;
}

std::string map_name(const entry& of) {
  const std::string number = "map " + std::to_string(of.map_id);
  return of.label[0] == '\0' ? number : std::string(of.label) + " (" + number + ")";
}

/// What every event has; leaves the object open.
void begin_event(json_writer& json, std::string_view name, std::string_view phase) {
  json.begin_object();
  json.member("name", name);
  json.member("ph", phase);
  json.member("pid", ::getpid());
}

void write_name(json_writer& json,
                std::string_view what,
                std::uint64_t map_id,
                std::string_view name) {
  begin_event(json, what, "M");
  json.member("tid", map_id);
  json.key("args");
  json.begin_object();
  json.member("name", name);
  json.end_object();
  json.end_object();
}

void write_decision(json_writer& json, const entry& of) {
  const policy::decision& made = of.made;
  begin_event(json, reason_name(made.reason), "i");
  json.member("cat", std::string_view("decision"));
  json.member("s", std::string_view("t"));
  json.member("tid", of.map_id);
  json.member("ts", trace_time(of.when));
  json.key("args");
  json.begin_object();
  json.member("n_jobs", made.n_jobs);
  json.member("chunksize", made.chunksize);
  json.member("reason", reason_text(made));
  json.member("items_left", made.items_left);
  json.member("limit_jobs", made.limit_jobs);
  json.member("estimated_cost_ns", made.estimated_cost.count());
  json.member("wake_cost_ns", made.wake_cost.count());
  json.member("start_delay_ns", made.start_delay.count());
  json.member("claim_cost_ns", made.claim_cost.count());
  json.member("estimated_serial_ns", made.estimated_serial.count());
  json.member("estimated_parallel_ns", made.estimated_parallel.count());
  json.member("measured_rate_ratio", made.measured_rate_ratio);
  json.end_object();
  json.end_object();
}

/// Counters belong to the process, so the map is part of the name.
void write_counter(json_writer& json, const entry& of, std::string_view what, std::size_t count) {
  begin_event(json, std::string(what) + " of " + map_name(of), "C");
  json.member("tid", of.map_id);
  json.member("ts", trace_time(of.when));
  json.key("args");
  json.begin_object();
  json.member(what, count);
  json.end_object();
  json.end_object();
}

std::string trace_text(const std::vector<entry>& entries) {
  json_writer json;
  json.begin_object();
  json.member("displayTimeUnit", std::string_view("ns"));
  json.key("otherData");
  json.begin_object();
  json.member("recorded_decisions", process_log().recorded_count());
  json.member("dropped_decisions", dropped_count());
  json.end_object();
  json.key("traceEvents");
  json.begin_array();
  write_name(json, "process_name", 0, "amorsize");
  std::set<std::uint64_t> named;
  for (const entry& each : entries) {
    if (named.insert(each.map_id).second) {
      write_name(json, "thread_name", each.map_id, map_name(each));
    }
    write_decision(json, each);
    write_counter(json, each, "n_jobs", each.made.n_jobs);
    write_counter(json, each, "chunksize", each.made.chunksize);
  }
  json.end_array();
  json.end_object();
  return json.take() + "\n";
}

}  // namespace
}  // namespace insight

void write_trace(std::ostream& out) {
  insight::write_text(out, insight::trace_text(insight::snapshot()));
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
