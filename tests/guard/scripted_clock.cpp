// Stands where runtime/probe/steady_clock.cpp stands in the library.
#include "runtime/probe/steady_clock.hpp"
#include "tests/guard/scripted_clock.hpp"

#include <atomic>

namespace amorsize_tests {
namespace {

/// Written and read by all; they stand for themselves: relaxed.
constinit std::atomic<std::int64_t> now_ns{1'000'000};
constinit std::atomic<std::uint64_t> readings{0};

std::int64_t read_clock() noexcept {
  readings.fetch_add(1, std::memory_order_relaxed);
  return now_ns.fetch_add(reading_ns, std::memory_order_relaxed) + reading_ns;
}

}  // namespace

void pass_ns(std::int64_t ns) noexcept {
  now_ns.fetch_add(ns, std::memory_order_relaxed);
}

std::uint64_t clock_readings() noexcept {
  return readings.load(std::memory_order_relaxed);
}

}  // namespace amorsize_tests

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

constinit const steady_clock the_clock{};

}  // namespace

policy::nanoseconds steady_clock::now() const noexcept {
  return policy::nanoseconds{static_cast<double>(amorsize_tests::read_clock())};
}

thread_usage steady_clock::usage() const noexcept {
  return {};
}

const steady_clock& real_clock() noexcept {
  return the_clock;
}

policy::nanoseconds process_cpu_time() noexcept {
  return real_clock().now();
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
