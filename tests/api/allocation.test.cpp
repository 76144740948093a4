// What a map allocates: nothing per item, and once warm nothing per call. Built as a program of its
// own, because it replaces operator new.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <list>
#include <new>
#include <numeric>
#include <vector>

namespace {

/// Counted by every thread, read when none runs.
std::atomic<std::size_t> allocations{0};

constexpr std::align_val_t ordinary{alignof(std::max_align_t)};

void* counted_or_null(std::size_t bytes, std::align_val_t aligned_to) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const auto alignment = static_cast<std::size_t>(aligned_to);
  const std::size_t size = (bytes + alignment - 1) / alignment * alignment;
  return std::aligned_alloc(alignment, size == 0 ? alignment : size);
}

void* counted(std::size_t bytes, std::align_val_t alignment) {
  if (void* const memory = counted_or_null(bytes, alignment)) {
    return memory;
  }
  throw std::bad_alloc();
}

}  // namespace

// Never inlined: else compilers see free() meet new. All of them: else sanitizers see new meet
// free().
#define AMORSIZE_NEVER_INLINED [[gnu::noinline]]
AMORSIZE_NEVER_INLINED void* operator new(std::size_t bytes) {
  return counted(bytes, ordinary);
}
AMORSIZE_NEVER_INLINED void* operator new[](std::size_t bytes) {
  return counted(bytes, ordinary);
}
AMORSIZE_NEVER_INLINED void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, alignment);
}
AMORSIZE_NEVER_INLINED void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, alignment);
}
AMORSIZE_NEVER_INLINED void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return counted_or_null(bytes, ordinary);
}
AMORSIZE_NEVER_INLINED void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
  return counted_or_null(bytes, ordinary);
}
AMORSIZE_NEVER_INLINED void* operator new(std::size_t bytes,
                                          std::align_val_t alignment,
                                          const std::nothrow_t&) noexcept {
  return counted_or_null(bytes, alignment);
}
AMORSIZE_NEVER_INLINED void* operator new[](std::size_t bytes,
                                            std::align_val_t alignment,
                                            const std::nothrow_t&) noexcept {
  return counted_or_null(bytes, alignment);
}
AMORSIZE_NEVER_INLINED void operator delete(void* memory,
                                            std::align_val_t,
                                            const std::nothrow_t&) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete[](void* memory,
                                              std::align_val_t,
                                              const std::nothrow_t&) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete(void* memory) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete[](void* memory) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete[](void* memory,
                                              std::size_t,
                                              std::align_val_t) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
AMORSIZE_NEVER_INLINED void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
#undef AMORSIZE_NEVER_INLINED

namespace {

using amorsize::options;
using amorsize::parallel_map;

/// Calls per window, and windows, of allocations_when_warm.
constexpr std::size_t rounds = 100;
constexpr int windows = 5;

/// Allocations of some calls of map() once it is warm: the fewest of some windows, because what
/// the process does once (starting the crew, finding its control groups) is no cost of a call.
template <class Map>
std::size_t allocations_when_warm(Map map, std::size_t calls = rounds) {
  std::size_t fewest = static_cast<std::size_t>(-1);
  for (int window = 0; window < windows; ++window) {
    const std::size_t before = allocations.load();
    for (std::size_t i = 0; i < calls; ++i) {
      map();
    }
    fewest = std::min(fewest, allocations.load() - before);
  }
  return fewest;
}

double square(double x) {
  return x * x;
}

TEST_CASE("the counting works", "[api][unit]") {
  const std::size_t before = allocations.load();
  const std::vector<int> some(100);
  CHECK(allocations.load() == before + 1);
}

TEST_CASE("an empty map allocates nothing, not even the first time", "[api][unit]") {
  const std::vector<double> none;
  std::vector<double> results(1);
  const std::size_t before = allocations.load();
  parallel_map(none.begin(), none.end(), results.begin(), square);
  const std::size_t after = allocations.load();
  CHECK(after == before);
}

TEST_CASE("a warm map into an output iterator allocates nothing", "[api][unit]") {
  constexpr std::size_t lengths[] = {1, 16, 1000, 100'000};
  for (const std::size_t length : lengths) {
    CAPTURE(length);
    const std::vector<double> items(length, 2.0);
    std::vector<double> results(length);
    CHECK(allocations_when_warm(
              [&] { parallel_map(items.begin(), items.end(), results.begin(), square); }) == 0);
    CHECK(allocations_when_warm([&] { parallel_map(items, results.begin(), square); }) == 0);
    CHECK(allocations_when_warm([&] {
            parallel_map(
                items.begin(), items.end(), items.begin(), results.begin(), [](double a, double b) {
                  return a + b;
                });
          }) == 0);
  }
}

TEST_CASE("a warm shared map allocates nothing", "[api][unit]") {
  const std::vector<double> items(100'000, 2.0);
  std::vector<double> results(items.size());
  const auto work = [](double x) {
    for (int i = 0; i < 20; ++i) {
      x = x * 0.5 + 1.0;
    }
    return x;
  };
  CHECK(allocations_when_warm([&] { parallel_map(items, results.begin(), work); }) == 0);
  CHECK(allocations_when_warm([&] { parallel_map(items, results.begin(), work, {.n_jobs = 2}); }) ==
        0);
  CHECK(allocations_when_warm([&] {
          parallel_map(items, results.begin(), work, {.n_jobs = 3, .chunksize = 100});
        }) == 0);
}

// Such a map looks at the memory while it runs, and at the machine several times.
TEST_CASE("a warm map of long items allocates nothing", "[api][unit]") {
  const std::vector<double> items(60, 2.0);
  std::vector<double> results(items.size());
  const auto work = [](double x) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
    while (std::chrono::steady_clock::now() < end) {
      x = x * 0.5 + 1.0;
    }
    return x;
  };
  constexpr std::size_t few_rounds = 2;
  CHECK(allocations_when_warm([&] { parallel_map(items, results.begin(), work); }, few_rounds) ==
        0);
}

// Under a sanitizer a thousand additions last long enough for an engine, and ten thousand for
// helpers.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST_CASE("a map over a list without options allocates nothing", "[api][unit]") {
  const std::list<double> items(1000, 2.0);
  std::vector<double> results(items.size());
  CHECK(allocations_when_warm([&] { parallel_map(items, results.begin(), square); }) == 0);
}

TEST_CASE("a view without options allocates nothing", "[api][unit]") {
  const std::vector<double> items(1000, 2.0);
  double sum = 0.0;
  CHECK(allocations_when_warm([&] {
          for (const double x : items | amorsize::views::parallel_map(square)) {
            sum += x;
          }
        }) == 0);
  CHECK(sum > 0.0);
}

#endif

TEST_CASE("the range form allocates its vector and nothing else", "[api][unit]") {
  const std::vector<double> items(1000, 2.0);
  CHECK(allocations_when_warm([&] { static_cast<void>(parallel_map(items, square)); }) == rounds);
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST_CASE("a stream with options allocates per call, not per item", "[api][unit]") {
  const std::list<double> few(10, 2.0);
  const std::list<double> many(10'000, 2.0);
  std::vector<double> results(many.size());
  const options how{.chunksize = 7};
  const auto count = [&](const std::list<double>& items) {
    return allocations_when_warm([&] { parallel_map(items, results.begin(), square, how); });
  };
  CHECK(count(few) == count(many));
}
#endif

}  // namespace
