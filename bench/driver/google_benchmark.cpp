#include "bench/driver/google_benchmark.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace amorsize_bench {
namespace {

using nlohmann::json;

outcome failed(std::string why) {
  outcome result;
  result.failure = std::move(why);
  return result;
}

/// Nanoseconds in a unit of Google Benchmark; 0 if there is no such unit.
double unit_ns(const std::string& unit) {
  const std::map<std::string, double> units{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
  const auto found = units.find(unit);
  return found == units.end() ? 0 : found->second;
}

/// Members of a benchmark that are no counters.
bool is_fixed_member(std::string_view name) {
  constexpr std::array<std::string_view, 7> fixed{"family_index",
                                                  "per_family_instance_index",
                                                  "repetitions",
                                                  "repetition_index",
                                                  "threads",
                                                  "real_time",
                                                  "cpu_time"};
  return std::find(fixed.begin(), fixed.end(), name) != fixed.end();
}

outcome read_benchmark(const json& measured, const std::string& full_name) {
  if (measured.value("name", std::string()) != full_name) {
    return failed("reports another cell: " + measured.value("name", std::string("none")));
  }
  if (measured.value("error_occurred", false) || measured.value("skipped", false)) {
    return failed(measured.value(
        "error_message", measured.value("skip_message", std::string("an error without a text"))));
  }
  const double unit = unit_ns(measured.value("time_unit", std::string("ns")));
  figure read;
  read.real_ns = measured.at("real_time").get<double>() * unit;
  read.cpu_ns = measured.at("cpu_time").get<double>() * unit;
  if (!std::isfinite(read.real_ns) || read.real_ns <= 0 || !std::isfinite(read.cpu_ns)) {
    return failed("reports a time that makes no sense");
  }
  for (const auto& [name, value] : measured.items()) {
    if (value.is_number() && !is_fixed_member(name)) {
      read.counters[name] = value.get<double>();
    }
  }
  outcome result;
  result.measured = std::move(read);
  return result;
}

}  // namespace

outcome read_outcome(const std::string& json_output, const std::string& full_name) {
  try {
    const json all = json::parse(json_output);
    const json& benchmarks = all.at("benchmarks");
    if (!benchmarks.is_array() || benchmarks.size() != 1) {
      return failed("does not report exactly one cell");
    }
    return read_benchmark(benchmarks.front(), full_name);
  } catch (const json::exception& error) {
    return failed(std::string("output that is no result: ") + error.what());
  }
}

std::map<std::string, std::string> read_context(const std::string& json_output) {
  constexpr std::array<std::string_view, 7> left_out{
      "date", "host_name", "executable", "load_avg", "caches", "num_cpus", "mhz_per_cpu"};
  std::map<std::string, std::string> facts;
  const json all = json::parse(json_output, nullptr, false);
  const auto context = all.is_object() ? all.find("context") : all.end();
  if (!all.is_object() || context == all.end() || !context->is_object()) {
    return facts;
  }
  for (const auto& [name, value] : context->items()) {
    if (std::find(left_out.begin(), left_out.end(), name) == left_out.end()) {
      facts[name] = value.is_string() ? value.get<std::string>() : value.dump();
    }
  }
  return facts;
}

}  // namespace amorsize_bench
