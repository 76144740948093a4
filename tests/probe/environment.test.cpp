#include "runtime/probe/environment.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <string>

using amorsize::probe::backend_choice;
using amorsize::probe::environment;
using amorsize::probe::parse_environment;
using amorsize::probe::this_environment;
using amorsize_test::ContainsSubstring;

namespace {

environment parsed(const std::map<std::string, std::string>& variables) {
  return parse_environment([&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

}  // namespace

TEST_CASE("without variables everything is left to the library", "[probe][unit]") {
  for (const environment& found : {parsed({}),
                                   parsed({{"AMORSIZE_N_JOBS", ""},
                                           {"AMORSIZE_BACKEND", ""},
                                           {"AMORSIZE_VERBOSE", ""},
                                           {"AMORSIZE_TRACE", ""}})}) {
    CHECK(found.n_jobs == 0);
    CHECK(found.max_jobs == 0);
    CHECK(found.chunksize == 0);
    CHECK(found.backend == backend_choice::automatic);
    CHECK_FALSE(found.verbose);
    CHECK(found.trace_path.empty());
    CHECK(found.report_path.empty());
    CHECK(found.warnings.empty());
  }
}

TEST_CASE("every variable arrives where it belongs", "[probe][unit]") {
  const environment found = parsed({{"AMORSIZE_N_JOBS", "3"},
                                    {"AMORSIZE_MAX_JOBS", "4"},
                                    {"AMORSIZE_CHUNKSIZE", "2147483648"},
                                    {"AMORSIZE_BACKEND", "threads"},
                                    {"AMORSIZE_VERBOSE", "1"},
                                    {"AMORSIZE_TRACE", "t.json"},
                                    {"AMORSIZE_REPORT", "r.html"}});
  CHECK(found.n_jobs == 3);
  CHECK(found.max_jobs == 4);
  CHECK(found.chunksize == 2147483648U);
  CHECK(found.backend == backend_choice::threads);
  CHECK(found.verbose);
  CHECK(found.trace_path == "t.json");
  CHECK(found.report_path == "r.html");
  CHECK(found.warnings.empty());
  CHECK(parsed({{"AMORSIZE_BACKEND", "tbb"}}).backend == backend_choice::tbb);
  CHECK_FALSE(parsed({{"AMORSIZE_VERBOSE", "0"}}).verbose);
}

TEST_CASE("AMORSIZE_MAX_JOBS caps AMORSIZE_N_JOBS as well", "[probe][unit]") {
  CHECK(parsed({{"AMORSIZE_N_JOBS", "8"}, {"AMORSIZE_MAX_JOBS", "4"}}).n_jobs == 4);
  CHECK(parsed({{"AMORSIZE_N_JOBS", "0"}, {"AMORSIZE_MAX_JOBS", "4"}}).n_jobs == 0);
  CHECK(parsed({{"AMORSIZE_N_JOBS", "8"}, {"AMORSIZE_MAX_JOBS", "0"}}).n_jobs == 8);
}

TEST_CASE("a count that makes no sense is named, quoted and ignored", "[probe][unit]") {
  const std::string name = GENERATE("AMORSIZE_N_JOBS", "AMORSIZE_MAX_JOBS", "AMORSIZE_CHUNKSIZE");
  const std::string value = GENERATE(
      "-1", "+1", "1.5", "four", " 4", "4 ", "0x4", "2147483649", "18446744073709551617", "1e3");
  CAPTURE(name, value);
  const environment found = parsed({{name, value}});
  CHECK(found.n_jobs == 0);
  CHECK(found.max_jobs == 0);
  CHECK(found.chunksize == 0);
  REQUIRE(found.warnings.size() == 1);
  CHECK_THAT(found.warnings[0], ContainsSubstring(name));
  CHECK_THAT(found.warnings[0], ContainsSubstring("\"" + value + "\""));
  CHECK_THAT(found.warnings[0], ContainsSubstring("whole number"));
}

TEST_CASE("unknown words are named with what is accepted", "[probe][unit]") {
  const environment found = parsed({{"AMORSIZE_BACKEND", "TBB"}, {"AMORSIZE_VERBOSE", "yes"}});
  CHECK(found.backend == backend_choice::automatic);
  CHECK_FALSE(found.verbose);
  REQUIRE(found.warnings.size() == 2);
  CHECK_THAT(found.warnings[0], ContainsSubstring("AMORSIZE_BACKEND=\"TBB\""));
  CHECK_THAT(found.warnings[0], ContainsSubstring("tbb or threads"));
  CHECK_THAT(found.warnings[1], ContainsSubstring("0 or 1"));
}

TEST_CASE("a warning is short and printable whatever the value was", "[probe][unit]") {
  const environment found =
      parsed({{"AMORSIZE_N_JOBS", "\x1b[31m\"\\\n\xff" + std::string(5000, 'z')}});
  REQUIRE(found.warnings.size() == 1);
  CHECK(found.warnings[0].size() < 200);
  CHECK_THAT(found.warnings[0], ContainsSubstring("zzz...\""));
  for (const char c : found.warnings[0]) {
    CHECK((c >= ' ' && c <= '~'));
  }
}

TEST_CASE("leading zeros do not change a count", "[probe][unit]") {
  CHECK(parsed({{"AMORSIZE_N_JOBS", std::string(5000, '0') + "7"}}).n_jobs == 7);
}

TEST_CASE("the environment of the process is read once", "[probe][unit]") {
  const environment& first = this_environment();
  CHECK(&first == &this_environment());
  CHECK((first.max_jobs == 0 || first.n_jobs <= first.max_jobs));
}
