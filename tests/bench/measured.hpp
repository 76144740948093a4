// Results as a campaign would give them, written by hand.
// Thread safety: plain values.
#pragma once

#include "bench/driver/samples.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace amorsize_bench_test {

inline amorsize_bench::outcome took(double ns) {
  amorsize_bench::outcome result;
  result.measured = amorsize_bench::figure{.real_ns = ns, .cpu_ns = ns};
  return result;
}

inline amorsize_bench::outcome with_cpu(double ns, double cpu_per_call_ns) {
  amorsize_bench::outcome result = took(ns);
  result.measured->counters[amorsize_bench::cpu_per_call_counter] = cpu_per_call_ns;
  return result;
}

inline amorsize_bench::outcome failed(const std::string& why) {
  amorsize_bench::outcome result;
  result.failure = why;
  return result;
}

inline amorsize_bench::variant named(const std::string& name,
                                     amorsize_bench::family kind = amorsize_bench::family::rival) {
  return {.name = name, .program = "bench_" + name, .kind = kind};
}

/// The same outcome in each of so many rounds.
inline amorsize_bench::entry always(const amorsize_bench::outcome& what, std::size_t rounds = 4) {
  amorsize_bench::entry result;
  result.rounds.assign(rounds, what);
  return result;
}

}  // namespace amorsize_bench_test
