// to_json of the values a program gets to see. The names are those of the members; a duration adds
// the suffix _ns.
#include "runtime/insight/json.hpp"

#include <amorsize/machine.hpp>
#include <amorsize/plan.hpp>
#include <amorsize/report.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

void write_strings(insight::json_writer& json,
                   std::string_view name,
                   const std::vector<std::string>& texts) {
  json.key(name);
  json.begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

void write_revisions(insight::json_writer& json, const std::vector<revision>& revisions) {
  json.key("revisions");
  json.begin_array();
  for (const revision& each : revisions) {
    json.begin_object();
    json.member("when_ns", each.when.count());
    json.member("n_jobs", each.n_jobs);
    json.member("chunksize", each.chunksize);
    json.member("reason", each.reason);
    json.end_object();
  }
  json.end_array();
}

void write_alternatives(insight::json_writer& json,
                        const std::vector<report::alternative>& alternatives) {
  json.key("alternatives");
  json.begin_array();
  for (const report::alternative& each : alternatives) {
    json.begin_object();
    json.member("n_jobs", each.n_jobs);
    json.member("estimated_ns", each.estimated_ns);
    json.member("estimated_speedup", each.estimated_speedup);
    json.end_object();
  }
  json.end_array();
}

void write_timeline(insight::json_writer& json, const std::vector<report::span>& timeline) {
  json.key("timeline");
  json.begin_array();
  for (const report::span& each : timeline) {
    json.begin_object();
    json.member("worker", each.worker);
    json.member("when_ns", each.when.count());
    json.member("duration_ns", each.duration.count());
    json.member("busy_ns", each.busy.count());
    json.member("chunks", each.chunks);
    json.member("items", each.items);
    json.end_object();
  }
  json.end_array();
}

void write_costs(insight::json_writer& json, const std::vector<report::cost_bin>& costs) {
  json.key("costs");
  json.begin_array();
  for (const report::cost_bin& each : costs) {
    json.begin_object();
    json.member("low_ns", each.low_ns);
    json.member("high_ns", each.high_ns);
    json.member("chunks", each.chunks);
    json.member("items", each.items);
    json.end_object();
  }
  json.end_array();
}

void write_durations(insight::json_writer& json,
                     std::string_view name,
                     const std::vector<std::chrono::nanoseconds>& durations) {
  json.key(name);
  json.begin_array();
  for (const std::chrono::nanoseconds each : durations) {
    json.value(each.count());
  }
  json.end_array();
}

}  // namespace

std::string to_json(const report& value) {
  insight::json_writer json;
  json.begin_object();
  json.member("items", value.items);
  json.member("n_jobs", value.n_jobs);
  json.member("chunksize", value.chunksize);
  json.member("workers", value.workers);
  json.member("reason", value.reason);
  json.member("estimated_speedup", value.estimated_speedup);
  json.member("measured_speedup", value.measured_speedup);
  write_strings(json, "warnings", value.warnings);
  write_revisions(json, value.revisions);
  json.member("elapsed_ns", value.elapsed.count());
  write_durations(json, "worker_busy_ns", value.worker_busy);
  json.member("estimated_cost_ns", value.estimated_cost_ns);
  json.member("estimated_cost_spread", value.estimated_cost_spread);
  json.member("measured_wake_cost_ns", value.measured_wake_cost_ns);
  json.member("measured_start_delay_ns", value.measured_start_delay_ns);
  json.member("claim_cost_ns", value.claim_cost_ns);
  json.member("backend", value.backend);
  json.member("label", value.label);
  json.member("outcome", value.outcome);
  json.member("map_id", value.map_id);
  json.member("limit_jobs", value.limit_jobs);
  json.member("limit", value.limit);
  write_alternatives(json, value.alternatives);
  json.member("estimated_elapsed_ns", value.estimated_elapsed.count());
  json.member("deciding_ns", value.deciding.count());
  json.member("audit", value.audit);
  json.member("chunks", value.chunks);
  json.member("steals", value.steals);
  json.member("longest_chunk_ns", value.longest_chunk.count());
  json.member("longest_chunk_items", value.longest_chunk_items);
  write_timeline(json, value.timeline);
  write_costs(json, value.costs);
  json.end_object();
  return json.take();
}

std::string to_json(const machine& value) {
  insight::json_writer json;
  json.begin_object();
  json.member("physical_cores", value.physical_cores);
  json.member("logical_cores", value.logical_cores);
  json.member("allowed_cpus", value.allowed_cpus);
  json.member("numa_nodes", value.numa_nodes);
  json.member("cpu_quota", value.cpu_quota);
  json.member("memory_available", value.memory_available);
  json.member("memory_limit", value.memory_limit);
  json.member("core_kinds", value.core_kinds);
  json.member("cache_l1_bytes", value.cache_l1_bytes);
  json.member("cache_l2_bytes", value.cache_l2_bytes);
  json.member("cache_l3_bytes", value.cache_l3_bytes);
  json.member("measured_wake_cost_ns", value.measured_wake_cost.count());
  json.member("measured_start_delay_ns", value.measured_start_delay.count());
  json.member("measured_claim_cost_ns", value.measured_claim_cost.count());
  write_strings(json, "notes", value.notes);
  json.end_object();
  return json.take();
}

std::string to_json(const plan& value) {
  insight::json_writer json;
  json.begin_object();
  json.member("n_jobs", value.n_jobs);
  json.member("chunksize", value.chunksize);
  json.member("reason", value.reason);
  json.member("estimated_speedup", value.estimated_speedup);
  json.member("estimated_speedup_low", value.estimated_speedup_low);
  json.member("estimated_speedup_high", value.estimated_speedup_high);
  write_strings(json, "warnings", value.warnings);
  json.member("sampled_items", value.sampled_items);
  json.member("items", value.items);
  json.member("estimated_cost_ns", value.estimated_cost_ns);
  json.member("estimated_cost_spread", value.estimated_cost_spread);
  json.member("estimated_serial_ns", value.estimated_serial_ns);
  json.member("estimated_parallel_ns", value.estimated_parallel_ns);
  json.member("wake_cost_ns", value.wake_cost_ns);
  json.member("start_delay_ns", value.start_delay_ns);
  json.member("claim_cost_ns", value.claim_cost_ns);
  json.member("first_call_ns", value.first_call_ns);
  json.member("sampled_ns", value.sampled_ns);
  json.member("result_bytes", value.result_bytes);
  json.member("limit_jobs", value.limit_jobs);
  json.member("limit", value.limit);
  write_alternatives(json, value.alternatives);
  json.end_object();
  return json.take();
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
