#include "runtime/probe/memory_in_use.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_root.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace amorsize::probe;

TEST_CASE("resident memory is the second number of statm, in pages", "[probe][unit]") {
  CHECK(parse_resident("5000 123 40 1 0 300 0\n", 4096) == std::uint64_t{123 * 4096});
  CHECK(parse_resident("5000 0 40", 4096) == std::uint64_t{0});
  CHECK(parse_resident("5000 7", 65536) == std::uint64_t{7 * 65536});
  CHECK_FALSE(parse_resident("", 4096));
  CHECK_FALSE(parse_resident("5000", 4096));
  CHECK_FALSE(parse_resident("5000 -3 40", 4096));
  CHECK_FALSE(parse_resident("5000 x", 4096));
  CHECK_FALSE(parse_resident("5000 18446744073709551615 1", 4096));
  CHECK_FALSE(parse_resident("5000 123 40", 0));
}

TEST_CASE("memory in use rises with what is touched, and the peak with it", "[probe][unit]") {
  errno = ERANGE;
  const auto before = probe_memory_in_use();
  CHECK(errno == ERANGE);
  REQUIRE(before);
  CHECK(before->in_use > 0);
  CHECK(before->peak >= before->in_use);
  constexpr std::size_t bytes = std::size_t{64} << 20U;
  {
    const std::vector<char> held(bytes, 'x');
    const auto during = probe_memory_in_use();
    REQUIRE(during);
    CHECK(during->in_use >= before->in_use + bytes / 2);
    CHECK(held.back() == 'x');
  }
  const auto after = probe_memory_in_use();
  REQUIRE(after);
  CHECK(after->peak >= before->in_use + bytes / 2);
}

TEST_CASE("where the system does not tell, memory in use is unknown", "[probe][unit]") {
  CHECK_FALSE(probe_memory_in_use("/nowhere"));
}
