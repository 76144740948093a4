#include "bench/driver/samples.hpp"

namespace amorsize_bench {

series real_times(const entry& of) {
  series times;
  for (const outcome& round : of.rounds) {
    times.push_back(round.measured ? std::optional(round.measured->real_ns) : std::nullopt);
  }
  return times;
}

std::vector<double> counter_values(const entry& of, const std::string& counter) {
  std::vector<double> values;
  for (const outcome& round : of.rounds) {
    if (!round.measured) {
      continue;
    }
    const auto found = round.measured->counters.find(counter);
    if (found != round.measured->counters.end()) {
      values.push_back(found->second);
    }
  }
  return values;
}

std::vector<double> measured_times(const entry& of) {
  std::vector<double> values;
  for (const outcome& round : of.rounds) {
    if (round.measured) {
      values.push_back(round.measured->real_ns);
    }
  }
  return values;
}

std::string first_failure(const entry& of) {
  for (const outcome& round : of.rounds) {
    if (!round.measured) {
      return round.failure;
    }
  }
  return {};
}

}  // namespace amorsize_bench
