// Items that get in each other's way: a lock, one atomic, atomics on one cache line. More threads
// make these slower, or at best not faster; to be measured is who notices.
// Thread safety: their ops are thread-safe.
#pragma once

#include "support/checksum.hpp"
#include "workloads/hash_items.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

/// Every item does all its work under one lock.
struct locked {
  struct state {
    std::mutex mutex;
    std::uint64_t sum = 0;  // under the lock
  };

  struct item {
    state* shared;
    std::uint64_t operator()(std::uint32_t steps) const {
      const std::lock_guard<std::mutex> lock(shared->mutex);
      const std::uint64_t result = hash_steps(steps, steps);
      shared->sum += result;
      return result;
    }
  };

  /// The lock is held for about so long by each item.
  locked(std::size_t items, double held_ns) : in(items, steps_for(held_ns)), out(items) {
    // A program that locks has threads. Until the first one begins, glibc's mutex is two plain
    // stores, and a process that never has one (the serial loop's) would measure these.
    std::thread([] {}).join();
  }

  [[nodiscard]] item op() { return {&shared_}; }
  [[nodiscard]] std::uint64_t take_checksum() {
    return checksum_of(out) + std::exchange(shared_.sum, 0);
  }

  std::vector<std::uint32_t> in;
  std::vector<std::uint64_t> out;

 private:
  state shared_;
};

/// Every item adds to one of several counters that lie side by side.
template <std::size_t Counters>
struct counting {
  struct alignas(64) state {
    std::array<std::atomic<std::uint64_t>, Counters> counters{};
  };

  struct item {
    state* shared;
    std::uint32_t operator()(std::uint32_t number) const {
      // Relaxed: nothing is published by it; the map's end is what the reader waits for.
      shared->counters[number % Counters].fetch_add(number, std::memory_order_relaxed);
      return number + 1;
    }
  };

  explicit counting(std::size_t items) : in(items), out(items) {
    std::iota(in.begin(), in.end(), 0U);
  }

  [[nodiscard]] item op() { return {&shared_}; }
  [[nodiscard]] std::uint64_t take_checksum() {
    std::uint64_t sum = checksum_of(out);
    for (std::atomic<std::uint64_t>& counter : shared_.counters) {
      sum = sum * 31 + counter.exchange(0);
    }
    return sum;
  }

  std::vector<std::uint32_t> in;
  std::vector<std::uint32_t> out;

 private:
  state shared_;
};

using one_atomic = counting<1>;
using false_sharing = counting<8>;

}  // namespace bench
