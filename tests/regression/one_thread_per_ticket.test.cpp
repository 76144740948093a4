// A ticket's thread was marked as existing only after pthread_create had returned: by then it could
// have served and its ticket been called again, which made a second thread for the same ticket.
#include "runtime/executor/enlist.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace {
struct served {
  std::atomic<int> count{0};
  std::atomic<std::thread::id> by{};
};
void serve(void* of, amorsize::executor::ticket_index) {
  auto& seen = *static_cast<served*>(of);
  seen.by.store(std::this_thread::get_id());
  seen.count.fetch_add(1);
}
}  // namespace

TEST_CASE("one ticket is served by one thread, once per call", "[executor][regression]") {
  amorsize::executor::enlist& threads = amorsize::executor::enlist_threads();
  for (amorsize::executor::ticket_index ticket = 900; ticket < 940; ++ticket) {
    static served seen;  // the thread outlives the test
    seen.count.store(0);
    std::set<std::thread::id> by;
    for (int call = 1; call <= 20; ++call) {
      REQUIRE(threads.start(ticket, &serve, &seen));
      while (seen.count.load() < call) {
        std::this_thread::yield();
      }
      by.insert(seen.by.load());
    }
    CHECK(seen.count.load() == 20);
    CHECK(by.size() == 1);
  }
}
