#include "runtime/insight/reason_text.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace {

using amorsize::insight::reason_name;
using amorsize::insight::reason_text;
using amorsize::insight::reason_text_limit;
using amorsize::policy::decision;
using amorsize::policy::nanoseconds;
using amorsize::policy::reason_code;

/// All of them: the names end where the codes end.
std::vector<reason_code> all_codes() {
  std::vector<reason_code> codes;
  for (unsigned value = 0; value < 256; ++value) {
    const auto code = static_cast<reason_code>(value);
    if (reason_name(code) == "unknown") {
      break;
    }
    codes.push_back(code);
  }
  return codes;
}

decision usual_decision(reason_code code) {
  return {.n_jobs = 1,
          .chunksize = 40,
          .reason = code,
          .items_left = 400,
          .limit_jobs = 2,
          .estimated_cost = nanoseconds{90},
          .wake_cost = nanoseconds{8e3},
          .start_delay = nanoseconds{30e3},
          .claim_cost = nanoseconds{25},
          .estimated_serial = nanoseconds{36e3},
          .estimated_parallel = nanoseconds{34e3},
          .measured_rate_ratio = 0.8};
}

TEST_CASE("every reason has a name and a text of its own", "[insight][unit]") {
  const std::vector<reason_code> codes = all_codes();
  REQUIRE(codes.back() == reason_code::stream_inline);
  for (const std::size_t n_jobs : {1U, 2U}) {
    std::set<std::string> texts;
    std::set<std::string_view> names;
    for (const reason_code code : codes) {
      decision made = usual_decision(code);
      made.n_jobs = n_jobs;
      const std::string text = reason_text(made);
      INFO(text);
      const std::string opening = n_jobs == 1 ? "serial: " : "shared: 2 of 2 workers, ";
      CHECK(text.starts_with(opening));
      CHECK(text.size() > opening.size());
      CHECK(texts.insert(text).second);
      CHECK(names.insert(reason_name(code)).second);
    }
  }
}

TEST_CASE("a reason names the numbers it rests on", "[insight][unit]") {
  CHECK(reason_text(usual_decision(reason_code::too_short)) ==
        "serial: 400 items x 90 ns = 36 us < one wake-up of 38 us");
  CHECK(reason_text(usual_decision(reason_code::no_speedup)) ==
        "serial: two workers reach 0.80 x the rate of one (a lock or memory bound?)");
  CHECK(reason_text(usual_decision(reason_code::gain_too_small)) ==
        "serial: 400 items x 90 ns; 36 us alone, 34 us shared, no gain");

  decision shared = usual_decision(reason_code::shared_predicted);
  shared.n_jobs = 2;
  shared.items_left = 99'000;
  shared.estimated_cost = nanoseconds{1000};
  shared.estimated_serial = nanoseconds{99e6};
  shared.estimated_parallel = nanoseconds{50e6};
  CHECK(reason_text(shared) ==
        "shared: 2 of 2 workers, 99,000 items x 1.00 us; 99 ms alone, 50 ms predicted");
}

TEST_CASE("a trial says what it is about, and no rate that cannot be", "[insight][unit]") {
  decision made = usual_decision(reason_code::trying_alone);
  CHECK(reason_text(made) ==
        "serial: a short trial alone, do helpers help? (0.80 x the rate of one with them)");
  made.measured_rate_ratio = 30.0;
  CHECK(reason_text(made) ==
        "serial: a short trial alone, do helpers help? (the rate of one is out of date)");
  made.reason = reason_code::costs_changed;
  made.n_jobs = 2;
  CHECK(reason_text(made) == "shared: 2 of 2 workers, items now cost 90 ns, helpers help");
  made.measured_rate_ratio = 1.9;
  CHECK(reason_text(made) ==
        "shared: 2 of 2 workers, items now cost 90 ns, helpers help (1.90 x the rate of one)");
  made.reason = reason_code::trying_siblings;
  CHECK(reason_text(made) ==
        "shared: 2 of 2 workers, do second threads on busy cores help? (1.90 x the rate of one)");
  made.reason = reason_code::trying_again;
  made.measured_rate_ratio = 0.8;
  CHECK(reason_text(made) ==
        "shared: 2 of 2 workers, trying again, do helpers help now? (0.80 x the rate of one "
        "before)");
}

TEST_CASE("a reason never claims a comparison that does not hold", "[insight][unit]") {
  decision made = usual_decision(reason_code::too_short);
  made.wake_cost = nanoseconds{6e3};
  made.start_delay = nanoseconds{3e3};
  CHECK(reason_text(made) ==
        "serial: 400 items x 90 ns = 36 us, too short for a wake-up of 9.00 us");
  made.estimated_serial = nanoseconds{0};  // not filled in: the product stands in
  made.wake_cost = nanoseconds{35e3};
  CHECK(reason_text(made) == "serial: 400 items x 90 ns = 36 us < one wake-up of 38 us");
}

TEST_CASE("a reason stays one short line whatever the numbers are", "[insight][property]") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr std::array<double, 12> times{0.0,
                                         1e18,
                                         -1e18,
                                         infinity,
                                         -infinity,
                                         std::numeric_limits<double>::quiet_NaN(),
                                         std::numeric_limits<double>::denorm_min(),
                                         std::numeric_limits<double>::max(),
                                         -123e3,
                                         59'940e9,
                                         12.34,
                                         1.0};
  constexpr std::array<std::size_t, 7> counts{
      0, 1, 2, 999'999'999, 1'000'000'000, 1'000'000'000'000'000'000, SIZE_MAX};
  constexpr std::uint64_t seed = 20240229;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto time = [&] { return times[random() % times.size()]; };
  const auto count = [&] { return counts[random() % counts.size()]; };
  for (const reason_code code : all_codes()) {
    for (int round = 0; round < 5000; ++round) {
      const decision made{.n_jobs = count(),
                          .chunksize = count(),
                          .reason = code,
                          .items_left = count(),
                          .limit_jobs = count(),
                          .estimated_cost = nanoseconds{time()},
                          .wake_cost = nanoseconds{time()},
                          .start_delay = nanoseconds{time()},
                          .claim_cost = nanoseconds{time()},
                          .estimated_serial = nanoseconds{time()},
                          .estimated_parallel = nanoseconds{time()},
                          .measured_rate_ratio = time()};
      const std::string text = reason_text(made);
      INFO(text);
      REQUIRE(text.size() <= reason_text_limit);
      REQUIRE(text.find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("a value that is no reason still has a text", "[insight][unit]") {
  CHECK(reason_text({.reason = static_cast<reason_code>(250)}) == "serial: unknown reason");
  CHECK(reason_name(static_cast<reason_code>(250)) == "unknown");
}

}  // namespace
