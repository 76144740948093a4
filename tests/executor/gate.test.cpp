#include "runtime/executor/gate.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

using amorsize::executor::gate;

TEST_CASE("a gate lets in as many as are wanted, while it is open", "[executor][unit]") {
  gate door;
  CHECK_FALSE(door.try_enter());
  door.open(2);
  CHECK(door.wants_helpers());
  CHECK(door.try_enter());
  CHECK(door.try_enter());
  CHECK_FALSE(door.try_enter());
  CHECK(door.inside() == 2);
  CHECK(door.wanted() == 0);
  door.leave();
  CHECK_FALSE(door.try_enter());  // a place left is not a place offered
  CHECK(door.want(5, 2) == 1);
  CHECK(door.try_enter());
  CHECK(door.close() == 2);
  door.leave();
  CHECK_FALSE(door.is_empty());
  door.leave();
  CHECK(door.is_empty());
  door.wait_until_empty();
}

TEST_CASE("a closed gate stays closed for those who come late", "[executor][unit]") {
  gate door;
  door.open(3);
  CHECK(door.close() == 0);
  CHECK_FALSE(door.try_enter());
  CHECK(door.want(1, 3) == 0);
  CHECK_FALSE(door.wants_helpers());
}

TEST_CASE("wanting nobody keeps those inside", "[executor][unit]") {
  gate door;
  door.open(3);
  CHECK(door.try_enter());
  door.want_none();
  CHECK_FALSE(door.try_enter());
  CHECK(door.inside() == 1);
  door.leave();
  CHECK(door.inside() == 0);
}

TEST_CASE("counts go up to the largest crew without touching the flags", "[executor][unit]") {
  gate door;
  door.open(gate::most_helpers);
  for (std::uint32_t i = 0; i < gate::most_helpers; ++i) {
    REQUIRE(door.try_enter());
  }
  CHECK_FALSE(door.try_enter());
  CHECK(door.inside() == gate::most_helpers);
  CHECK(door.want(1, gate::most_helpers) == 0);
  CHECK(door.close() == gate::most_helpers);
  for (std::uint32_t i = 0; i < gate::most_helpers; ++i) {
    door.leave();
  }
  CHECK(door.is_empty());
}

TEST_CASE("the caller sees all that helpers wrote before they left", "[executor][stress]") {
  for (int round = 0; round < 300; ++round) {
    gate door;
    std::vector<int> written(3, 0);             // plain memory: ordering is the gate's
    std::vector<std::atomic<bool>> entered(3);  // relaxed: orders nothing
    std::latch start(4);
    std::vector<std::thread> threads;
    door.open(3);
    for (std::size_t i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        if (door.try_enter()) {
          entered[i].store(true, std::memory_order_relaxed);
          written[i] = 1;
          door.leave();
        }
      });
    }
    start.arrive_and_wait();
    door.close();
    door.wait_until_empty();
    // Whoever entered has left, and is seen; whoever was late never writes.
    for (std::size_t i = 0; i < 3; ++i) {
      if (entered[i].load(std::memory_order_relaxed)) {
        CHECK(written[i] == 1);
      }
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
  }
}

TEST_CASE("a sleeping caller is woken by the last one to leave", "[executor][stress]") {
  for (int round = 0; round < 500; ++round) {
    gate door;
    door.open(2);
    std::latch entered(3);
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        const bool in = door.try_enter();
        entered.arrive_and_wait();
        if (in) {
          door.leave();
        }
      });
    }
    entered.arrive_and_wait();
    door.close();
    door.wait_until_empty();
    CHECK(door.is_empty());
    for (std::thread& thread : threads) {
      thread.join();
    }
  }
}
