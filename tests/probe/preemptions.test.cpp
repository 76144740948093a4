#include "runtime/probe/preemptions.hpp"
#include "tests/support/catch.hpp"

#include <cerrno>
#include <cstdint>
#include <optional>

namespace {

using amorsize::probe::count_preemptions;

TEST_CASE("preemptions only become more, and counting them leaves errno alone", "[probe][unit]") {
  errno = 4711;
  std::optional<std::uint64_t> before = count_preemptions();
  CHECK(errno == 4711);
  REQUIRE(before.has_value());
  for (int i = 0; i < 1000; ++i) {
    const std::optional<std::uint64_t> now = count_preemptions();
    REQUIRE(now.has_value());
    REQUIRE(*now >= *before);
    before = now;
  }
}

}  // namespace
