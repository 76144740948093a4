#include "runtime/insight/waiting_text.hpp"
#include "tests/support/catch.hpp"

namespace {

using amorsize::insight::has_waited;
using amorsize::insight::more_workers;
using amorsize::insight::waiting_text;
using amorsize::policy::nanoseconds;

TEST_CASE("a callable that leaves its CPU to others by itself waits", "[insight][unit]") {
  CHECK(waiting_text({.busy = nanoseconds{1e6}, .cpu = nanoseconds{6e4}, .waits = 2},
                     more_workers::may_help) ==
        "the callable waits: it used the CPU for 6 % of its time; n_jobs above the number of CPUs "
        "may be worth trying");
  CHECK(waiting_text({.busy = nanoseconds{1e6}, .cpu = nanoseconds{6e4}, .waits = 2},
                     more_workers::were_no_use) ==
        "the callable waits: it used the CPU for 6 % of its time; for a lock?");
}

TEST_CASE("who is kept from a CPU does not wait, nor who uses it, nor who was hardly seen",
          "[insight][unit]") {
  const nanoseconds busy{1e6};
  CHECK(has_waited({.busy = busy, .cpu = nanoseconds{1e5}, .waits = 2, .preempted = 1}));
  CHECK_FALSE(has_waited({.busy = busy, .cpu = nanoseconds{1e5}, .waits = 2, .preempted = 2}));
  CHECK_FALSE(has_waited({.busy = busy, .cpu = nanoseconds{1e5}}));
  CHECK_FALSE(has_waited({.busy = busy, .cpu = nanoseconds{8e5}, .waits = 2}));
  CHECK_FALSE(has_waited({.busy = nanoseconds{1e5}, .cpu = nanoseconds{1e4}, .waits = 2}));
  CHECK_FALSE(has_waited({}));
  CHECK(waiting_text({}, more_workers::may_help).empty());
}

}  // namespace
