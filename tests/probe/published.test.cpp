#include "runtime/probe/published.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <latch>
#include <memory>
#include <thread>

using amorsize::probe::published;

TEST_CASE("the first value published is kept", "[probe][unit]") {
  static constinit published<int> value;
  CHECK(value.get() == nullptr);
  CHECK(value.publish(std::make_unique<const int>(1)) == 1);
  CHECK(value.publish(std::make_unique<const int>(2)) == 1);
  CHECK(*value.get() == 1);
}

TEST_CASE("threads that publish together agree on one value", "[probe][unit]") {
  static constinit published<int> value;
  constexpr int workers = 4;
  std::latch together(workers);
  std::array<const int*, workers> seen{};
  std::array<std::thread, workers> threads;
  for (int i = 0; i < workers; ++i) {
    const auto index = static_cast<std::size_t>(i);
    threads[index] = std::thread([&, i, index] {
      together.arrive_and_wait();
      seen[index] = &value.publish(std::make_unique<const int>(i));
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const int* one : seen) {
    CHECK(one == value.get());
  }
}
