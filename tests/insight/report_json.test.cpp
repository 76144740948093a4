#include "tests/support/catch.hpp"

#include <amorsize/machine.hpp>
#include <amorsize/plan.hpp>
#include <amorsize/report.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <limits>
#include <string>

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

TEST_CASE("a report's JSON has the members' names and values", "[insight][unit]") {
  amorsize::report value;
  value.items = 99'000;
  value.n_jobs = 2;
  value.chunksize = 40;
  value.workers = 2;
  value.reason = "shared: \"quoted\"";
  value.estimated_speedup = 1.98;
  value.measured_speedup = 1.91;
  value.warnings = {"one", "two"};
  value.revisions = {{0ns, 1, 1, "first"}, {120us, 2, 40, "second"}};
  value.elapsed = 52ms;
  value.worker_busy = {51ms, 50ms};
  value.estimated_cost_ns = 1000.5;
  value.estimated_cost_spread = 0.03;
  value.measured_wake_cost_ns = 9000;
  value.measured_start_delay_ns = 41000;
  value.claim_cost_ns = 25;
  value.backend = "tbb";
  value.label = "hash\xff";
  value.outcome = "done";
  value.map_id = 7;
  value.limit_jobs = 2;
  value.limit = "two CPUs";
  value.alternatives = {{1, 99e6, 1.0}};
  value.estimated_elapsed = 50ms;
  value.deciding = 9us;
  value.audit = "predicted 50 ms";
  value.chunks = 3;
  value.steals = 1;
  value.longest_chunk = 19500ns;
  value.longest_chunk_items = 40;
  value.timeline = {
      {.worker = 1, .when = 5us, .duration = 20us, .busy = 19us, .chunks = 3, .items = 120}};
  value.costs = {{.low_ns = 1.5, .high_ns = 2.5, .chunks = 3, .items = 120}};

  const json read = json::parse(to_json(value));
  CHECK(read == json::parse(R"({
    "items": 99000, "n_jobs": 2, "chunksize": 40, "workers": 2, "reason": "shared: \"quoted\"",
    "estimated_speedup": 1.98, "measured_speedup": 1.91, "warnings": ["one", "two"],
    "revisions": [{"when_ns": 0, "n_jobs": 1, "chunksize": 1, "reason": "first"},
                  {"when_ns": 120000, "n_jobs": 2, "chunksize": 40, "reason": "second"}],
    "elapsed_ns": 52000000, "worker_busy_ns": [51000000, 50000000], "estimated_cost_ns": 1000.5,
    "estimated_cost_spread": 0.03, "measured_wake_cost_ns": 9000,
    "measured_start_delay_ns": 41000, "claim_cost_ns": 25, "backend": "tbb", "label": "hash\ufffd",
    "outcome": "done", "map_id": 7, "limit_jobs": 2, "limit": "two CPUs",
    "alternatives": [{"n_jobs": 1, "estimated_ns": 99000000.0, "estimated_speedup": 1.0}],
    "estimated_elapsed_ns": 50000000, "deciding_ns": 9000, "audit": "predicted 50 ms",
    "chunks": 3, "steals": 1, "longest_chunk_ns": 19500, "longest_chunk_items": 40,
    "timeline": [{"worker": 1, "when_ns": 5000, "duration_ns": 20000, "busy_ns": 19000,
                  "chunks": 3, "items": 120}],
    "costs": [{"low_ns": 1.5, "high_ns": 2.5, "chunks": 3, "items": 120}]
  })"));
}

TEST_CASE("an empty report is a JSON object with every member", "[insight][unit]") {
  const json read = json::parse(to_json(amorsize::report{}));
  CHECK(read.size() == 32);
  CHECK(read["revisions"].empty());
  CHECK(read["elapsed_ns"] == 0);
}

TEST_CASE("what is not finite becomes null", "[insight][unit]") {
  amorsize::report value;
  value.estimated_speedup = std::numeric_limits<double>::infinity();
  value.measured_speedup = std::numeric_limits<double>::quiet_NaN();
  const json read = json::parse(to_json(value));
  CHECK(read["estimated_speedup"].is_null());
  CHECK(read["measured_speedup"].is_null());
}

TEST_CASE("a machine's JSON has the members' names and values", "[insight][unit]") {
  amorsize::machine value;
  value.physical_cores = 64;
  value.logical_cores = 128;
  value.allowed_cpus = 96;
  value.numa_nodes = 2;
  value.cpu_quota = 1.5;
  value.memory_available = 1ULL << 40U;
  value.memory_limit = 1ULL << 33U;
  value.core_kinds = 1;
  value.cache_l1_bytes = 32768;
  value.cache_l2_bytes = 1 << 20;
  value.cache_l3_bytes = 1 << 25;
  value.measured_wake_cost = 9us;
  value.measured_start_delay = 41us;
  value.measured_claim_cost = 25ns;
  value.notes = {"quota: unreadable"};
  CHECK(json::parse(to_json(value)) == json::parse(R"({
    "physical_cores": 64, "logical_cores": 128, "allowed_cpus": 96, "numa_nodes": 2,
    "cpu_quota": 1.5, "memory_available": 1099511627776, "memory_limit": 8589934592,
    "core_kinds": 1, "cache_l1_bytes": 32768, "cache_l2_bytes": 1048576,
    "cache_l3_bytes": 33554432, "measured_wake_cost_ns": 9000, "measured_start_delay_ns": 41000,
    "measured_claim_cost_ns": 25, "notes": ["quota: unreadable"]
  })"));
}

TEST_CASE("a plan's JSON has the members' names and values", "[insight][unit]") {
  amorsize::plan value;
  value.n_jobs = 2;
  value.chunksize = 40;
  value.reason = "because";
  value.estimated_speedup = 1.9;
  value.estimated_speedup_low = 1.5;
  value.estimated_speedup_high = 2;
  value.warnings = {"w"};
  value.sampled_items = 5;
  value.items = 1000;
  value.estimated_cost_ns = 100;
  value.estimated_cost_spread = 0.5;
  value.estimated_serial_ns = 1e5;
  value.estimated_parallel_ns = 6e4;
  value.wake_cost_ns = 9000;
  value.start_delay_ns = 41000;
  value.claim_cost_ns = 25;
  value.first_call_ns = 4000;
  value.sampled_ns = 900;
  value.result_bytes = 16;
  value.limit_jobs = 4;
  value.limit = "4 CPUs";
  value.alternatives = {{1, 1e5, 1.0}};
  CHECK(json::parse(to_json(value)) == json::parse(R"({
    "n_jobs": 2, "chunksize": 40, "reason": "because", "estimated_speedup": 1.9,
    "estimated_speedup_low": 1.5, "estimated_speedup_high": 2.0, "warnings": ["w"],
    "sampled_items": 5, "items": 1000, "estimated_cost_ns": 100.0, "estimated_cost_spread": 0.5,
    "estimated_serial_ns": 100000.0, "estimated_parallel_ns": 60000.0, "wake_cost_ns": 9000.0,
    "start_delay_ns": 41000.0, "claim_cost_ns": 25.0, "first_call_ns": 4000.0,
    "sampled_ns": 900.0, "result_bytes": 16, "limit_jobs": 4, "limit": "4 CPUs",
    "alternatives": [{"n_jobs": 1, "estimated_ns": 100000.0, "estimated_speedup": 1.0}]
  })"));
}

}  // namespace
