// Whole maps of many kinds, many times: the right result or the serial loop's exception, every
// time.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <numeric>
#include <random>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::size_t slower = 20;  // sanitizers slow memory accesses down by up to so much
#else
constexpr std::size_t slower = 1;
#endif

/// About `rounds` dependent multiplications: work that no compiler removes.
double work(double x, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    x = x * 0.999'999'9 + 1e-9;
  }
  return x;
}

struct failed_at : std::runtime_error {
  explicit failed_at(std::size_t at) : std::runtime_error("item"), index(at) {}
  std::size_t index;
};

std::vector<std::size_t> counted(std::size_t n) {
  std::vector<std::size_t> items(n);
  std::iota(items.begin(), items.end(), std::size_t{0});
  return items;
}

}  // namespace

TEST_CASE("a map of a hundred million doubles gives what the loop gives", "[stress]") {
  const std::size_t n = 100'000'000 / slower;
  std::vector<double> in(n);
  std::mt19937_64 random(7);
  for (double& x : in) {
    x = static_cast<double>(random() >> 11U);
  }
  std::vector<double> out(n);
  const auto f = [](double x) { return x * 1.5 + 1.0; };
  amorsize::parallel_map(in.begin(), in.end(), out.begin(), f);
  for (std::size_t i = 0; i < n; ++i) {
    if (out[i] != f(in[i])) {
      FAIL("item " << i);
    }
  }
}

TEST_CASE("a map of three items of a second", "[stress]") {
  const std::vector<int> in{1, 2, 3};
  amorsize::report report;
  const auto out = amorsize::parallel_map(in,
                                          [](int x) {
                                            std::this_thread::sleep_for(std::chrono::seconds(1));
                                            return 10 * x;
                                          },
                                          {.report = &report});
  CHECK(out == std::vector<int>{10, 20, 30});
  CHECK(report.items == 3);
  INFO(report.reason);
  CHECK(report.n_jobs >= 1);
}

TEST_CASE("a map of a million strings", "[stress]") {
  const auto in = counted(1'000'000 / slower);
  const auto out = amorsize::parallel_map(
      in, [](std::size_t i) { return "a string long enough to allocate: " + std::to_string(i); });
  REQUIRE(out.size() == in.size());
  for (const std::size_t i : in) {
    if (out[i] != "a string long enough to allocate: " + std::to_string(i)) {
      FAIL("item " << i);
    }
  }
}

TEST_CASE("an empty map, a thousand times", "[stress]") {
  const std::vector<int> none;
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(amorsize::parallel_map(none, [](int x) { return x; }).empty());
    REQUIRE(amorsize::parallel_map(none, [](int x) { return x; }, {.n_jobs = 4}).empty());
  }
}

TEST_CASE("items 17 and 90,000 throw: always the exception of 17, everything below written",
          "[stress]") {
  const auto in = counted(100'000);
  std::vector<std::size_t> out(in.size());
  for (std::size_t round = 0; round < 1'000 / slower; ++round) {
    std::fill(out.begin(), out.end(), std::size_t{0});
    const amorsize::options how{.n_jobs = round % 3 == 0 ? 0 : 1 + round % 4};
    try {
      amorsize::parallel_map(
          in.begin(),
          in.end(),
          out.begin(),
          [](std::size_t i) {
            if (i == 17 || i == 90'000) {
              throw failed_at(i);
            }
            return i + 1;
          },
          how);
      FAIL("no exception");
    } catch (const failed_at& error) {
      REQUIRE(error.index == 17);
    }
    for (std::size_t i = 0; i < 17; ++i) {
      REQUIRE(out[i] == i + 1);
    }
  }
}

TEST_CASE("two random items throw: the lower one leaves, everything below is written", "[stress]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (std::size_t round = 0; round < 2'000 / slower; ++round) {
    const std::size_t n = 1 + random() % 3'000;
    const std::size_t first = random() % n;
    const std::size_t second = random() % n;
    const auto in = counted(n);
    std::vector<std::size_t> out(n, 0);
    const amorsize::options how{.n_jobs = random() % 4, .chunksize = random() % 3 * 7};
    const int rounds = static_cast<int>(random() % 200);
    try {
      amorsize::parallel_map(
          in.begin(),
          in.end(),
          out.begin(),
          [&](std::size_t i) {
            if (i == first || i == second) {
              throw failed_at(i);
            }
            return i + 1 + (work(1.0, rounds) > 2.0 ? 1 : 0);
          },
          how);
      FAIL("no exception");
    } catch (const failed_at& error) {
      REQUIRE(error.index == std::min(first, second));
    }
    for (std::size_t i = 0; i < std::min(first, second); ++i) {
      REQUIRE(out[i] == i + 1);
    }
  }
}

TEST_CASE("a stop from anywhere leaves a complete prefix and says how long it is", "[stress]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (std::size_t round = 0; round < 2'000 / slower; ++round) {
    const std::size_t n = 1 + random() % 5'000;
    const std::size_t at = random() % n;
    const auto in = counted(n);
    std::vector<std::size_t> out(n, 0);
    std::stop_source stop;
    const amorsize::options how{.n_jobs = random() % 4, .stop = stop.get_token()};
    std::atomic<std::size_t> calls{0};
    std::size_t completed = n;
    try {
      amorsize::parallel_map(
          in.begin(),
          in.end(),
          out.begin(),
          [&](std::size_t i) {
            calls.fetch_add(1, std::memory_order_relaxed);
            if (i == at) {
              stop.request_stop();
            }
            return i + 1;
          },
          how);
    } catch (const amorsize::cancelled& error) {
      completed = error.completed();
      REQUIRE(completed < n);
    }
    std::size_t written = 0;
    for (std::size_t i = 0; i < n; ++i) {
      REQUIRE((out[i] == 0 || out[i] == i + 1));
      REQUIRE((i >= completed || out[i] == i + 1));
      written += out[i] != 0 ? 1U : 0U;
    }
    REQUIRE(written == calls.load());
  }
}

TEST_CASE("threads that map at once, nest, throw and stop do not disturb each other", "[stress]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      std::mt19937 random(seed + thread);
      for (std::size_t round = 0; round < 400 / slower; ++round) {
        const std::size_t n = 1 + random() % 400;
        const std::size_t inner = random() % 60;
        const std::size_t bad = random() % 3 == 0 ? random() % n : n;
        const auto in = counted(n);
        const auto small = counted(inner);
        try {
          const auto sums = amorsize::parallel_map(
              in,
              [&](std::size_t i) {
                if (i == bad) {
                  throw failed_at(i);
                }
                const auto squares = amorsize::parallel_map(
                    small, [&](std::size_t j) { return j * j + (work(1.0, 50) > 2.0 ? 1 : 0); });
                return i + std::accumulate(squares.begin(), squares.end(), std::size_t{0});
              },
              {.n_jobs = random() % 4});
          std::size_t expected = 0;
          for (std::size_t j = 0; j < inner; ++j) {
            expected += j * j;
          }
          for (std::size_t i = 0; i < n; ++i) {
            wrong += sums[i] == i + expected ? 0 : 1;
          }
          wrong += bad == n ? 0 : 1;
        } catch (const failed_at& error) {
          wrong += error.index == bad ? 0 : 1;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(wrong.load() == 0);
}

TEST_CASE("a lock of the callable's own never deadlocks, nested maps included", "[stress]") {
  std::mutex lock;
  const auto in = counted(300);
  std::size_t total = 0;
  for (std::size_t round = 0; round < 100 / slower + 1; ++round) {
    amorsize::parallel_map(in,
                           [&](std::size_t i) {
                             const std::lock_guard guard(lock);
                             const auto part = amorsize::parallel_map(
                                 std::vector<std::size_t>(40, i),
                                 [](std::size_t x) { return x + (work(1.0, 200) > 2.0 ? 1 : 0); });
                             total += part.size();
                             return part.size();
                           },
                           {.n_jobs = round % 4});
  }
  CHECK(total == 300 * 40 * (100 / slower + 1));
}

TEST_CASE("callables that meet each other run at the same time under a fixed n_jobs", "[stress]") {
  // n_jobs = 4 on whatever machine: four workers at once. Each item waits until four are inside.
  std::mutex lock;
  std::vector<std::thread::id> seen;
  std::atomic<int> inside{0};
  const auto in = counted(4);
  amorsize::report report;
  amorsize::parallel_map(in,
                         [&](std::size_t i) {
                           inside.fetch_add(1);
                           while (inside.load() < 4) {
                             std::this_thread::yield();
                           }
                           const std::lock_guard guard(lock);
                           seen.push_back(std::this_thread::get_id());
                           return i;
                         },
                         {.n_jobs = 4, .chunksize = 1, .report = &report});
  std::sort(seen.begin(), seen.end());
  CHECK(std::unique(seen.begin(), seen.end()) - seen.begin() == 4);
  CHECK(report.n_jobs == 4);
  CHECK(report.workers == 4);
  CHECK(report.chunksize == 1);
}

TEST_CASE("results are right under every n_jobs and chunksize", "[stress]") {
  for (const std::size_t n : {1U, 2U, 3U, 7U, 64U, 1'000U, 4'099U}) {
    const auto in = counted(n);
    for (std::size_t n_jobs = 0; n_jobs <= 6; ++n_jobs) {
      for (const std::size_t chunksize : {0U, 1U, 2U, 3U, 64U, 1'000U, 5'000U}) {
        std::vector<std::size_t> out(n, 0);
        amorsize::parallel_map(in.begin(),
                               in.end(),
                               out.begin(),
                               [](std::size_t i) { return 3 * i + 1; },
                               {.n_jobs = n_jobs, .chunksize = chunksize});
        for (std::size_t i = 0; i < n; ++i) {
          REQUIRE(out[i] == 3 * i + 1);
        }
      }
    }
  }
}
