#include "runtime/policy/calls_alone.hpp"
#include "tests/support/catch.hpp"

using namespace amorsize::policy;

namespace {

calls_alone after_two_verdicts() {
  return after_call(after_call({}, helpers_were::of_no_use), helpers_were::of_no_use);
}

}  // namespace

TEST_CASE("one verdict keeps nobody alone, and one to the contrary clears it", "[policy][unit]") {
  const calls_alone suspected = after_call({}, helpers_were::of_no_use);
  CHECK(suspected.left == 0);
  CHECK(after_call(suspected, helpers_were::not_judged) == suspected);
  const calls_alone cleared = after_call(suspected, helpers_were::of_use);
  CHECK(after_call(cleared, helpers_were::of_no_use).left == 0);
}

TEST_CASE("after two verdicts calls begin alone, then one tries again", "[policy][unit]") {
  calls_alone site = after_two_verdicts();
  CHECK(site.left == first_calls_alone);
  for (int i = 0; i < first_calls_alone; ++i) {
    REQUIRE(site.left > 0);
    site = after_call(site, helpers_were::not_judged);
  }
  CHECK(site.left == 0);
  CHECK(after_call(site, helpers_were::not_judged) == site);
}

TEST_CASE("each verdict that confirms it doubles the calls, up to a limit", "[policy][unit]") {
  calls_alone site = after_call({}, helpers_were::of_no_use);
  int before = 0;
  for (int i = 0; i < 20; ++i) {
    site = after_call(site, helpers_were::of_no_use);
    REQUIRE(site.left == site.given);
    REQUIRE((site.left > before || site.left == most_calls_alone));
    before = site.left;
    site.left = 0;
  }
  CHECK(site.given == most_calls_alone);
}

TEST_CASE("helpers that are of use are asked for at once from then on", "[policy][unit]") {
  const calls_alone site = after_two_verdicts();
  CHECK(after_call(site, helpers_were::of_use).left == 0);
}

TEST_CASE(
    "helpers that were of use are trusted until a call in doubt, and one verdict is a suspicion",
    "[policy][unit]") {
  const calls_alone trusted = after_call({}, helpers_were::of_use);
  CHECK(trusted.given == proven);
  CHECK(after_call(trusted, helpers_were::not_judged) == trusted);
  CHECK(after_call(trusted, helpers_were::in_doubt) == calls_alone{});
  CHECK(after_call(trusted, helpers_were::of_no_use) == calls_alone{0, suspicion});
  // Doubt is no verdict.
  CHECK(after_call({}, helpers_were::in_doubt) == calls_alone{});
  const calls_alone alone = after_two_verdicts();
  CHECK(after_call(alone, helpers_were::in_doubt).left == alone.left - 1);
}
