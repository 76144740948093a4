// What a stream keeps alive: bounded in items by its window, in bytes by options::memory_limit.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <ranges>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

/// A result that says it is a megabyte, and is counted while it lives.
struct heavy {
  explicit heavy(int x) : value(x) { count(); }
  heavy(heavy&& other) noexcept : value(other.value) { count(); }
  ~heavy() { --alive; }
  static void count() {
    const int now = ++alive;
    int seen = most.load();
    while (seen < now && !most.compare_exchange_weak(seen, now)) {
    }
  }
  int value;
  static inline std::atomic<int> alive{0};
  static inline std::atomic<int> most{0};
};

constexpr std::size_t megabyte = std::size_t{1} << 20U;

}  // namespace

template <>
struct amorsize::size_in_bytes<heavy> {
  std::size_t operator()(const heavy&) const noexcept { return megabyte; }
};

namespace {

namespace views = amorsize::views;

TEST_CASE("results alive are bounded by memory_limit and what they say they keep alive",
          "[api][stress]") {
  for (const std::size_t limit_mb : {4U, 16U}) {
    for (const std::size_t n_jobs : {2U, 4U}) {
      for (const std::size_t chunksize : {0U, 1U, 3U}) {
        CAPTURE(limit_mb, n_jobs, chunksize);
        heavy::most = 0;
        int expected = 0;
        for (auto&& result :
             std::views::iota(0, 500) | views::parallel_map([](int x) { return heavy(x); },
                                                            {.n_jobs = n_jobs,
                                                            .chunksize = chunksize,
                                                            .memory_limit = limit_mb * megabyte})) {
          CHECK(result.value == expected++);
        }
        CHECK(expected == 500);
        CHECK(heavy::alive == 0);
        // And one that is moved from its batch to the iterator, or one batch of the size asked for.
        CHECK(heavy::most <= static_cast<int>(std::max(limit_mb, chunksize)) + 1);
      }
    }
  }
}

TEST_CASE("a laggard keeps the window, not the memory, waiting", "[api][stress]") {
  // Not the first: until it is known how large a result is, there is no window to keep.
  constexpr int laggard = 100;
  constexpr int most_yields = 1'000'000;  // nobody has to overtake it
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<int> done{0};
  heavy::most = 0;
  const auto wait_for_others = [&](int x) {
    int yields = 0;
    while (x == laggard && std::this_thread::get_id() != caller && done.load() < laggard + 7 &&
           ++yields < most_yields) {
      std::this_thread::yield();
    }
    ++done;
    return heavy(x);
  };
  std::size_t seen = 0;
  for (auto&& result :
       std::views::iota(0, 200) |
           views::parallel_map(wait_for_others,
                               {.n_jobs = 2, .chunksize = 1, .memory_limit = 16 * megabyte})) {
    CHECK(result.value == static_cast<int>(seen++));
  }
  CHECK(seen == 200);
  CHECK(heavy::most <= 17);
}

// A sanitizer keeps memory of its own.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
/// Resident bytes of this process.
std::size_t resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t pages = 0;
  file >> all >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// About 20 ns.
std::uint64_t chained(std::uint64_t x) {
  for (int i = 0; i < 12; ++i) {
    x = (x ^ (x >> 29U)) * 0xbf58476d1ce4e5b9U;
  }
  return x;
}

/// AMORSIZE_STREAM_ITEMS: how many items instead of 3,000,000.
TEST_CASE("a long stream of small items stays within its limit", "[api][stress]") {
  const char* const wanted = std::getenv("AMORSIZE_STREAM_ITEMS");
  const std::uint64_t items = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 3'000'000;
  for (const std::size_t n_jobs : {0U, 2U}) {
    std::size_t before = 0;
    std::size_t most = 0;
    std::uint64_t seen = 0;
    std::uint64_t sum = 0;
    for (const std::uint64_t x :
         std::views::iota(std::uint64_t{0}, items) |
             views::parallel_map(chained, {.n_jobs = n_jobs, .memory_limit = 16 * megabyte})) {
      sum += x;
      if (seen++ % 100'000 == 0) {
        most = std::max(most, resident());
        before = before == 0 ? most : before;
      }
    }
    CAPTURE(n_jobs, sum);
    CHECK(seen == items);
    CHECK(most - before < 24 * megabyte);
    if (wanted != nullptr) {
      std::printf("%llu items, n_jobs %zu: resident memory grew by %.1f MB\n",
                  static_cast<unsigned long long>(items),
                  n_jobs,
                  static_cast<double>(most - before) / static_cast<double>(megabyte));
    }
  }
}

TEST_CASE("a stream of large results stays within its limit", "[api][stress]") {
  std::size_t before = 0;
  std::size_t most = 0;
  std::size_t sum = 0;
  for (const std::vector<char>& result :
       std::views::iota(0, 400) |
           views::parallel_map(
               [](int x) { return std::vector<char>(megabyte, static_cast<char>(x)); },
               {.n_jobs = 2, .memory_limit = 64 * megabyte})) {
    sum += result.size();
    most = std::max(most, resident());
    before = before == 0 ? most : before;
  }
  CHECK(sum == 400 * megabyte);
  CHECK(most - before < 80 * megabyte);
}
#endif

}  // namespace
