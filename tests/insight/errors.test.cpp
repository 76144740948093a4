#include "tests/support/catch.hpp"

#include <amorsize/errors.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

namespace {

TEST_CASE("cancelled says how much is complete", "[insight][unit]") {
  const amorsize::cancelled none(0);
  CHECK(none.completed() == 0);
  const amorsize::cancelled many(99'000);
  const amorsize::cancelled copy = many;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(copy.completed() == 99'000);
  CHECK(std::string(copy.what()) == "amorsize: the map was stopped; complete so far: 99,000 items");
  CHECK_THROWS_AS(throw amorsize::cancelled(1), std::runtime_error);
}

TEST_CASE("bad_option carries its sentence and is an invalid_argument", "[insight][unit]") {
  const std::string sentence = "amorsize: n_jobs = 4294967296: accepted are 0 to 2147483648";
  CHECK_THROWS_WITH(throw amorsize::bad_option(sentence), sentence);
  CHECK_THROWS_AS(throw amorsize::bad_option(sentence), std::invalid_argument);
  STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<amorsize::bad_option>);
  STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<amorsize::cancelled>);
}

}  // namespace
