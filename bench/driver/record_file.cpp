#include "bench/driver/record_file.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>

namespace amorsize_bench {
namespace {

using nlohmann::json;

inline constexpr int format_version = 1;

NLOHMANN_JSON_SERIALIZE_ENUM(family,
                             {{family::rival, "rival"},
                              {family::amorsize, "amorsize"},
                              {family::control, "control"}})

json to_json(const outcome& from) {
  json to{{"took_s", from.took_s}, {"position", from.position}};
  if (from.measured) {
    to["real_ns"] = from.measured->real_ns;
    to["cpu_ns"] = from.measured->cpu_ns;
    to["counters"] = from.measured->counters;
  } else {
    to["failure"] = from.failure;
  }
  return to;
}

outcome outcome_from(const json& from) {
  outcome to;
  to.took_s = from.value("took_s", 0.0);
  to.position = from.value("position", std::size_t{0});
  to.failure = from.value("failure", std::string());
  if (from.contains("real_ns")) {
    to.measured = figure{.real_ns = from.at("real_ns").get<double>(),
                         .cpu_ns = from.at("cpu_ns").get<double>(),
                         .counters = from.at("counters").get<std::map<std::string, double>>()};
  }
  return to;
}

json to_json(const std::vector<outcome>& from) {
  json to = json::array();
  for (const outcome& each : from) {
    to.push_back(to_json(each));
  }
  return to;
}

json to_json(const results& from) {
  json variants = json::array();
  for (const variant& one : from.variants) {
    json environment = json::object();
    for (const auto& [name, value] : one.environment) {
      environment[name] = value;
    }
    variants.push_back({{"name", one.name},
                        {"program", one.program},
                        {"environment", environment},
                        {"family", one.kind},
                        {"swept", one.is_swept}});
  }
  json cells = json::array();
  for (const cell_results& cell : from.cells) {
    json entries = json::object();
    for (std::size_t v = 0; v < from.variants.size(); ++v) {
      const entry& each = cell.entries[v];
      if (each.rounds.empty()) {
        continue;
      }
      json& to = entries[from.variants[v].name];
      to["rounds"] = to_json(each.rounds);
      if (each.grain) {
        to["grain"] = *each.grain;
      }
      for (const grain_trial& trial : each.trials) {
        to["trials"].push_back({{"grain", trial.grain}, {"tries", to_json(trial.tries)}});
      }
    }
    cells.push_back({{"name", cell.name}, {"variants", entries}});
  }
  return {{"rounds", from.rounds}, {"variants", variants}, {"cells", cells}};
}

json to_json(const machine_facts& from) {
  return {{"cpu_model", from.cpu_model},
          {"logical_cpus", from.logical_cpus},
          {"allowed_cpus", from.allowed_cpus},
          {"cpu_quota", from.cpu_quota},
          {"governor", from.governor},
          {"kernel", from.kernel},
          {"is_virtual", from.is_virtual},
          {"load_before", from.load_before}};
}

json to_json(const build_facts& from) {
  return {{"commit", from.commit},
          {"is_dirty", from.is_dirty},
          {"compiler", from.compiler},
          {"flags", from.flags},
          {"libraries", std::map(from.libraries.begin(), from.libraries.end())}};
}

json to_json(const standing& from, const std::vector<variant>& variants) {
  json rivals = json::array();
  for (const std::size_t rival : from.rivals) {
    rivals.push_back(variants[rival].name);
  }
  json to{{"rivals", rivals}, {"spins", from.is_spinning}, {"lost", is_lost(from)}};
  if (from.regret) {
    to["regret"] = *from.regret;
    to["likely_90_percent"] = {from.likely.low, from.likely.high};
    to["pessimistic"] = *from.pessimistic;
  }
  if (from.of_loop) {
    to["of_loop"] = *from.of_loop;
    to["beyond_loop_bound"] = from.is_beyond_loop_bound;
  }
  if (from.regret_of_medians) {
    to["regret_of_medians"] = *from.regret_of_medians;
  }
  return to;
}

/// The figures that the text shows; what is barred is listed by name.
json to_json(const verdict& from, const results& of) {
  json cells = json::object();
  for (std::size_t c = 0; c < of.cells.size(); ++c) {
    json& to = cells[of.cells[c].name];
    to["barred"] = json::array();
    for (std::size_t v = 0; v < of.variants.size(); ++v) {
      if (from.cells[c].is_barred[v]) {
        to["barred"].push_back(of.variants[v].name);
      }
    }
    for (const standing& how : from.cells[c].standings) {
      to["standings"][of.variants[how.variant].name] = to_json(how, of.variants);
    }
  }
  json summaries = json::object();
  for (const summary& sum : from.summaries) {
    summaries[of.variants[sum.variant].name] = {
        {"cells", sum.cells},
        {"mean_regret", sum.mean_regret},
        {"likely_90_percent", {sum.likely.low, sum.likely.high}},
        {"mean_pessimistic", sum.mean_pessimistic},
        {"mean_regret_of_medians", sum.mean_regret_of_medians},
        {"lost", sum.lost.size()},
        {"cells_with_loop", sum.cells_with_loop},
        {"beyond_loop_bound", sum.beyond_loop_bound.size()},
        {"worst", sum.worst ? json(of.cells[*sum.worst].name) : json()}};
  }
  return {{"cells", cells}, {"summaries", summaries}};
}

entry entry_from(const json& from) {
  entry to;
  if (from.contains("grain")) {
    to.grain = from.at("grain").get<std::size_t>();
  }
  for (const json& round : from.at("rounds")) {
    to.rounds.push_back(outcome_from(round));
  }
  return to;
}

results results_from(const json& from) {
  results to;
  to.rounds = from.at("rounds").get<std::size_t>();
  for (const json& one : from.at("variants")) {
    to.variants.push_back({.name = one.at("name").get<std::string>(),
                           .program = one.at("program").get<std::string>(),
                           .kind = one.at("family").get<family>(),
                           .is_swept = one.value("swept", false)});
  }
  for (const json& cell : from.at("cells")) {
    cell_results& added = to.cells.emplace_back();
    added.name = cell.at("name").get<std::string>();
    added.entries.resize(to.variants.size());
    for (std::size_t v = 0; v < to.variants.size(); ++v) {
      const auto found = cell.at("variants").find(to.variants[v].name);
      if (found != cell.at("variants").end()) {
        added.entries[v] = entry_from(*found);
      }
    }
  }
  return to;
}

}  // namespace

void write_record(const record& from, const std::filesystem::path& to) {
  const json all{
      {"format", format_version},
      {"date", from.date},
      {"seed", from.what.seed},
      {"min_time_s", from.what.min_time_s},
      {"timeout_ms", from.what.timeout.count()},
      {"tries_per_grain", from.what.tries_per_grain},
      {"took_s", from.campaign.took_s},
      {"cpus", {{"stolen", from.campaign.cpus.stolen}, {"others", from.campaign.cpus.others}}},
      {"interrupted", from.campaign.is_interrupted},
      {"machine", to_json(from.machine)},
      {"build", to_json(from.build)},
      {"programs", from.campaign.contexts},
      {"measured", to_json(from.campaign.measured)},
      {"verdict", to_json(from.found, from.campaign.measured)}};
  std::ofstream file(to);
  file << all.dump(1, ' ', false, json::error_handler_t::replace) << "\n";
  if (!file.flush()) {
    throw std::runtime_error("cannot write " + to.string());
  }
}

results read_results(const std::filesystem::path& from) {
  std::ifstream file(from);
  if (!file) {
    throw std::runtime_error("cannot read " + from.string());
  }
  try {
    const json all = json::parse(file);
    if (all.at("format").get<int>() != format_version) {
      throw std::runtime_error(from.string() + " has a format that this driver does not know");
    }
    return results_from(all.at("measured"));
  } catch (const json::exception& error) {
    throw std::runtime_error(from.string() + " is no result of this bench: " + error.what());
  }
}

}  // namespace amorsize_bench
