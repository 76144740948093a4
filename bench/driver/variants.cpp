#include "bench/driver/variants.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

namespace amorsize_bench {
namespace {

void add_variants(const std::string& program, std::vector<variant>& to) {
  const std::string name = program.substr(std::string_view(program_prefix).size());
  const bool is_swept = name == "tbb_simple" || name.starts_with("omp_dynamic");
  if (name == "amorsize") {
    for (const char* backend : {"tbb", "threads"}) {
      to.push_back({.name = backend == std::string_view("tbb") ? name : name + "_" + backend,
                    .program = program,
                    .environment = {{"AMORSIZE_BACKEND", backend}},
                    .kind = family::amorsize});
    }
  } else if (name == "amorsize_copy") {
    to.push_back({.name = name,
                  .program = program,
                  .environment = {{"AMORSIZE_BACKEND", "tbb"}},
                  .kind = family::control});
  } else if (name.ends_with("_slowed")) {
    to.push_back({.name = name, .program = program, .kind = family::control});
  } else {
    to.push_back({.name = name, .program = program, .is_swept = is_swept});
  }
  if (name.starts_with("omp_")) {
    // By default OpenMP's threads spin between loops: fast if the next loop comes soon, bad for
    // others.
    to.push_back({.name = name + "_passive",
                  .program = program,
                  .environment = {{"OMP_WAIT_POLICY", "passive"}},
                  .is_swept = is_swept});
  }
}

int rank(const variant& one) {
  if (one.name == "serial") {
    return 1;
  }
  return one.kind == family::amorsize ? 0 : one.kind == family::rival ? 2 : 3;
}

}  // namespace

std::vector<variant> variants_of(const std::vector<std::string>& programs) {
  std::vector<variant> all;
  for (const std::string& program : programs) {
    add_variants(program, all);
  }
  std::sort(all.begin(), all.end(), [](const variant& a, const variant& b) {
    return std::tuple(rank(a), std::string_view(a.name)) <
           std::tuple(rank(b), std::string_view(b.name));
  });
  return all;
}

bool is_quick(const variant& one) {
  constexpr std::array<std::string_view, 6> quick{
      "amorsize", "serial", "tbb_auto", "tbb_static", "omp_static", "omp_dynamic"};
  return std::find(quick.begin(), quick.end(), one.name) != quick.end();
}

std::vector<std::string> environment_for(const variant& one,
                                         std::optional<std::size_t> grain,
                                         const std::vector<std::string>& ours) {
  constexpr std::array<std::string_view, 9> steering{
      "AMORSIZE_", "OMP_", "GOMP_", "KMP_", "TBB_", "BENCHMARK_", "PARLAY_", "TF_", "LD_PRELOAD="};
  std::vector<std::string> result;
  for (const std::string& line : ours) {
    if (std::none_of(steering.begin(), steering.end(), [&line](std::string_view start) {
          return line.starts_with(start);
        })) {
      result.push_back(line);
    }
  }
  for (const auto& [name, value] : one.environment) {
    result.push_back(name);
    result.back().append("=").append(value);
  }
  if (grain) {
    result.push_back(std::string(grain_variable) + "=" + std::to_string(*grain));
  }
  return result;
}

}  // namespace amorsize_bench
