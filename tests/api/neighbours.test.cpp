// Maps of one process share the machine: helpers <= max(0, budget - threads inside a map).
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t threads = 8;
constexpr std::size_t items = 400;
/// After so many items of its own a thread's map has long decided, and counts.
constexpr std::size_t settled_after = 20;

/// Some hundred microseconds, whoever runs it.
std::size_t dear(std::size_t value) {
  double y = static_cast<double>(value);
  for (int i = 0; i < 100'000; ++i) {
    y = y * 0.999'999'9 + 1e-9;
  }
  return y > 1e9 ? 0 : value + 1;
}

/// What all threads together see. Nobody waits for the others: items that wait would get more
/// workers than CPUs.
struct crowd {
  std::atomic<std::size_t> settled{0};
  std::atomic<std::size_t> ended{0};
  std::atomic<std::size_t> own_while_full{0};
  std::atomic<std::size_t> helped_while_full{0};

  /// All are inside a map, and none has ended its own.
  [[nodiscard]] bool is_full() const { return settled.load() == threads && ended.load() == 0; }
};

/// One of the maps that run at the same time.
bool map_once(crowd& with) {
  std::vector<std::size_t> in(items);
  for (std::size_t i = 0; i < items; ++i) {
    in[i] = i;
  }
  const std::thread::id caller = std::this_thread::get_id();
  std::size_t own_items = 0;
  const std::vector<std::size_t> out = amorsize::parallel_map(in, [&](std::size_t value) {
    const bool is_own = std::this_thread::get_id() == caller;
    if (is_own && ++own_items == settled_after) {
      ++with.settled;
    }
    if (with.is_full()) {
      ++(is_own ? with.own_while_full : with.helped_while_full);
    }
    return dear(value);
  });
  ++with.ended;
  for (std::size_t i = 0; i < items; ++i) {
    if (out[i] != i + 1) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("when more threads map at once than there are CPUs nobody has a helper",
          "[api][integration]") {
  const std::size_t cpus = std::max<std::size_t>(1, amorsize::this_machine().allowed_cpus);
  if (cpus > threads) {
    WARN("skipped: there are more CPUs than threads in this test");
    return;
  }
  crowd with;
  std::atomic<std::size_t> exact{0};
  std::vector<std::jthread> all;
  for (std::size_t i = 0; i < threads; ++i) {
    all.emplace_back([&] { exact += map_once(with) ? 1 : 0; });
  }
  all.clear();
  CHECK(exact == threads);
  if (with.own_while_full == 0) {
    WARN("the threads were never all inside a map at the same time");
  }
  // Who had a helper's chunk in hand when the last thread came ends it, and goes.
  CHECK(with.helped_while_full <= cpus);
}
