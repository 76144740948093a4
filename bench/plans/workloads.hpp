// Thirty maps that optimize() is judged by: from 100 additions to 10 items of 2 ms, even and
// uneven, with locks, waits, allocations and memory traffic. Thread safety: each belongs to its
// thread.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

namespace amorsize_bench {

/// About `rounds` nanoseconds of dependent arithmetic on a machine of 2020.
inline double arithmetic(double x, std::size_t rounds) {
  for (std::size_t i = 0; i < rounds; ++i) {
    x = x * 0.999'999'9 + 1e-9;
  }
  return x;
}

/// Calls judge(name, items, callable) for each, until it returns false.
template <class Judge>
void for_each_plan_workload(Judge&& judge) {
  const auto ramp = [](std::size_t items) {
    std::vector<double> values(items);
    std::iota(values.begin(), values.end(), 1.0);
    return values;
  };
  const auto even = [](std::size_t rounds) {
    return [rounds](double x) { return arithmetic(x, rounds); };
  };
  judge("add/100", ramp(100), [](double x) { return x + 1.0; });
  judge("add/10k", ramp(10'000), [](double x) { return x + 1.0; });
  judge("add/1M", ramp(1'000'000), [](double x) { return x + 1.0; });
  judge("sqrt/1k", ramp(1'000), [](double x) { return std::sqrt(x); });
  judge("exp/1k", ramp(1'000), [](double x) { return std::exp(-x); });
  judge("exp/100k", ramp(100'000), [](double x) { return std::exp(-x); });
  judge("sin/1M", ramp(1'000'000), [](double x) { return std::sin(x); });
  judge("50ns/200", ramp(200), even(25));
  judge("50ns/5k", ramp(5'000), even(25));
  judge("200ns/100", ramp(100), even(100));
  judge("200ns/10k", ramp(10'000), even(100));
  judge("200ns/100k", ramp(100'000), even(100));
  judge("1us/10", ramp(10), even(500));
  judge("1us/1k", ramp(1'000), even(500));
  judge("1us/10k", ramp(10'000), even(500));
  judge("10us/5", ramp(5), even(5'000));
  judge("10us/100", ramp(100), even(5'000));
  judge("10us/1k", ramp(1'000), even(5'000));
  judge("100us/4", ramp(4), even(50'000));
  judge("100us/50", ramp(50), even(50'000));
  judge("2ms/2", ramp(2), even(1'000'000));
  judge("2ms/10", ramp(10), even(1'000'000));
  judge("rising/2k", ramp(2'000), [](double x) {
    return arithmetic(x, 10 + static_cast<std::size_t>(x));
  });
  judge("falling/2k", ramp(2'000), [](double x) {
    return arithmetic(x, 2'010 - static_cast<std::size_t>(x));
  });
  judge("bimodal/4k", ramp(4'000), [](double x) {
    return arithmetic(x, static_cast<std::uint64_t>(x) % 10 == 0 ? 4'000 : 200);
  });
  judge("rare/3k", ramp(3'000), [](double x) {
    return arithmetic(x, static_cast<std::uint64_t>(x) % 300 == 0 ? 100'000 : 300);
  });
  judge("string/20k", ramp(20'000), [](double x) {
    return std::to_string(static_cast<std::uint64_t>(x) * 7'919U) + " is a number of some length";
  });
  judge("table/2k", ramp(2'000), [](double x) {
    std::vector<double> table(256, x);
    return std::accumulate(table.begin(), table.end(), 0.0);
  });
  judge("wait/40", ramp(40), [](double x) {
    std::this_thread::sleep_for(std::chrono::microseconds(300));
    return x;
  });
  judge("half locked/3k", ramp(3'000), [lock = std::make_shared<std::mutex>()](double x) {
    x = arithmetic(x, 1'500);
    const std::scoped_lock guard(*lock);
    return arithmetic(x, 150);
  });
}

}  // namespace amorsize_bench
