// Callables that wait: more workers than CPUs, and a report that says why. No test here looks at
// the time: how fast it gets is measured elsewhere, and simulated.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <numeric>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

namespace {

std::vector<int> numbers(std::size_t count) {
  std::vector<int> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

int slow(int value) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return value * 2;
}

bool says(const amorsize::report& seen, const std::string& words) {
  return std::any_of(seen.revisions.begin(), seen.revisions.end(), [&](const auto& one) {
    return one.reason.find(words) != std::string::npos;
  });
}

/// Counts how many are inside at the same time.
class crowd {
 public:
  class visit {
   public:
    explicit visit(crowd& of) : of_(of) {
      const int here = of_.inside_.fetch_add(1) + 1;
      for (int most = of_.most_.load();
           here > most && !of_.most_.compare_exchange_weak(most, here);) {
      }
    }
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    ~visit() { of_.inside_.fetch_sub(1); }

   private:
    crowd& of_;
  };
  [[nodiscard]] std::size_t most() const { return static_cast<std::size_t>(most_.load()); }

 private:
  std::atomic<int> inside_{0};
  std::atomic<int> most_{0};
};

std::size_t cpus() {
  return amorsize::this_machine().allowed_cpus;
}

void expect_beyond_cpus(const amorsize::report& seen, const crowd& inside) {
  CAPTURE(seen.reason, seen.workers, inside.most());
  CHECK(inside.most() > cpus());
  CHECK(seen.workers > cpus());
  CHECK(says(seen, "wait"));
  CHECK(std::any_of(seen.warnings.begin(), seen.warnings.end(), [](const std::string& one) {
    return one.find("max_jobs") != std::string::npos;
  }));
}

}  // namespace

TEST_CASE("items that wait get more workers than there are CPUs, and the report says why",
          "[api][integration]") {
  const std::vector<int> in = numbers(600);
  std::vector<int> out(in.size());
  crowd inside;
  amorsize::report seen;
  amorsize::parallel_map(in.begin(),
                         in.end(),
                         out.begin(),
                         [&](int value) {
                           const crowd::visit here(inside);
                           return slow(value);
                         },
                         {.report = &seen});
  for (std::size_t i = 0; i < in.size(); ++i) {
    REQUIRE(out[i] == in[i] * 2);
  }
  expect_beyond_cpus(seen, inside);
}

TEST_CASE("max_jobs bounds the workers of items that wait", "[api][integration]") {
  const std::vector<int> in = numbers(300);
  for (const std::size_t most : {1U, 3U}) {
    crowd inside;
    const std::vector<int> out = amorsize::parallel_map(in,
                                                        [&](int value) {
                                                          const crowd::visit here(inside);
                                                          return slow(value);
                                                        },
                                                        {.max_jobs = most});
    CHECK(out.back() == in.back() * 2);
    CHECK(inside.most() <= most);
  }
}

TEST_CASE("an exception among many waiting workers is that of the lowest index",
          "[api][integration]") {
  const std::vector<int> in = numbers(400);
  for (const int failing : {0, 57, 399}) {
    try {
      static_cast<void>(amorsize::parallel_map(in, [&](int value) {
        const int doubled = slow(value);
        if (value >= failing) {
          throw value;
        }
        return doubled;
      }));
      FAIL("nothing was thrown");
    } catch (int index) {
      CHECK(index == failing);
    }
  }
}

TEST_CASE("maps that wait in several threads at once stay within the helpers of a process",
          "[api][integration]") {
  const std::vector<int> in = numbers(200);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const std::vector<int> out = amorsize::parallel_map(in, slow);
      bool good = out.size() == in.size();
      for (std::size_t at = 0; at < out.size(); ++at) {
        good = good && out[at] == in[at] * 2;
      }
      right.fetch_add(good ? 1 : 0);
    });
  }
  for (std::thread& one : threads) {
    one.join();
  }
  CHECK(right.load() == 4);
}

TEST_CASE("after a map whose items wait, maps that compute have no more workers than CPUs",
          "[api][integration]") {
  static_cast<void>(amorsize::parallel_map(numbers(300), slow));
  crowd inside;
  const std::vector<int> out = amorsize::parallel_map(numbers(2'000), [&](int value) {
    const crowd::visit here(inside);
    unsigned sum = 0;
    for (unsigned i = 0; i < 20'000U; ++i) {
      sum += i * static_cast<unsigned>(value);
      asm volatile("" : "+r"(sum));
    }
    return static_cast<int>(sum & 1U);
  });
  CHECK(out.size() == 2'000);
  CHECK(inside.most() <= cpus());
}

TEST_CASE("a stream whose items wait gets more workers than there are CPUs", "[api][integration]") {
  crowd inside;
  amorsize::report seen;
  int expected = 0;
  for (const int result : std::views::iota(0, 600) | amorsize::views::parallel_map(
                                                         [&](int value) {
                                                           const crowd::visit here(inside);
                                                           return slow(value);
                                                         },
                                                         {.report = &seen})) {
    REQUIRE(result == expected);
    expected += 2;
  }
  CHECK(expected == 1'200);
  expect_beyond_cpus(seen, inside);
}

TEST_CASE("max_jobs bounds the workers of a stream whose items wait", "[api][integration]") {
  crowd inside;
  long sum = 0;
  for (const int result : std::views::iota(0, 200) | amorsize::views::parallel_map(
                                                         [&](int value) {
                                                           const crowd::visit here(inside);
                                                           return slow(value);
                                                         },
                                                         {.max_jobs = 3})) {
    sum += result;
  }
  CHECK(sum == 199L * 200L);
  CHECK(inside.most() <= 3);
}
