// write_trace: decisions and worker events in the Chrome trace format, for ui.perfetto.dev or
// chrome://tracing. Each thread is a track with its chunks; each map is one named by its label,
// with an instant event per decision, and counters for n_jobs, chunksize and items per second.
#include "runtime/insight/decision_log.hpp"
#include "runtime/insight/event_log.hpp"
#include "runtime/insight/json.hpp"
#include "runtime/insight/reason_text.hpp"
#include "runtime/insight/text_block.hpp"
#include "runtime/insight/trace_events.hpp"

#include <amorsize/report.hpp>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

void write_decision(json_writer& json, const entry& of, const map_names& names) {
  const policy::decision& made = of.made;
  const std::uint64_t track = track_of_map(of.map_id);
  begin_trace_event(json, reason_name(made.reason), "i", track);
  json.member("cat", std::string_view("decision"));
  json.member("s", std::string_view("t"));
  json.member("ts", trace_time(of.when));
  json.key("args");
  json.begin_object();
  json.member("map", of.map_id);
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
  // Counters belong to the process, so the map is part of the name.
  const std::string name = " of " + name_of_map(names, of.map_id);
  write_trace_counter(
      json, "n_jobs" + name, track, of.when, "n_jobs", static_cast<double>(made.n_jobs));
  write_trace_counter(
      json, "chunksize" + name, track, of.when, "chunksize", static_cast<double>(made.chunksize));
}

map_names names_in(const std::vector<entry>& entries) {
  map_names names;
  for (const entry& each : entries) {
    const std::string number = "map " + std::to_string(each.map_id);
    names.try_emplace(
        each.map_id,
        each.label[0] == '\0' ? number : std::string(each.label) + " (" + number + ")");
  }
  return names;
}

/// Says in the picture itself that its beginning is missing.
void write_loss(json_writer& json, const event_losses& lost, policy::nanoseconds oldest) {
  if (lost.overwritten + lost.dropped == 0) {
    return;
  }
  begin_trace_event(json,
                    std::to_string(lost.overwritten + lost.dropped) +
                        " older events are missing here: memory is bounded",
                    "i",
                    track_of_thread(0));
  json.member("cat", std::string_view("loss"));
  json.member("s", std::string_view("p"));
  json.member("ts", trace_time(oldest));
  json.end_object();
}

std::string trace_text(const std::vector<entry>& entries,
                       const std::vector<tracked_event>& events) {
  const event_losses lost = lost_events();
  json_writer json;
  json.begin_object();
  json.member("displayTimeUnit", std::string_view("ns"));
  json.key("otherData");
  json.begin_object();
  json.member("recorded_decisions", process_log().recorded_count());
  json.member("dropped_decisions", dropped_count());
  json.member("kept_events", events.size());
  json.member("overwritten_events", lost.overwritten);
  json.member("dropped_events", lost.dropped);
  json.end_object();
  json.key("traceEvents");
  json.begin_array();
  begin_trace_event(json, "process_name", "M", 0);
  json.key("args");
  json.begin_object();
  json.member("name", std::string_view("amorsize"));
  json.end_object();
  json.end_object();
  const map_names names = names_in(entries);
  for (const auto& [id, name] : names) {
    write_track(json, track_of_map(id), name, track_of_map(id));
  }
  for (const entry& each : entries) {
    write_decision(json, each, names);
  }
  write_worker_events(json, events, names);
  if (!events.empty()) {
    write_loss(json, lost, events.front().what.began);
  }
  json.end_array();
  json.end_object();
  return json.take() + "\n";
}

}  // namespace
}  // namespace insight

void write_trace(std::ostream& out) {
  insight::write_text(out, insight::trace_text(insight::snapshot(), insight::event_snapshot()));
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
