#include "stream/items.hpp"

#include <algorithm>

namespace bench_stream {

std::uint64_t spin(std::uint64_t seed, std::size_t steps) noexcept {
  for (std::size_t i = 0; i < steps; ++i) {
    seed = (seed ^ (seed >> 29U)) * 0xbf58476d1ce4e5b9U;
  }
  return seed;
}

namespace {

double told_steps = 0.0;

}  // namespace

void set_steps_per_us(double steps) {
  told_steps = steps;
}

double steps_per_us() {
  static const double measured = [] {
    if (told_steps > 0.0) {
      return told_steps;
    }
    double best = 0.0;
    for (int round = 0; round < 5; ++round) {
      const auto before = std::chrono::steady_clock::now();
      volatile std::uint64_t keep = spin(1, 2'000'000);
      static_cast<void>(keep);
      const std::chrono::duration<double, std::micro> took =
          std::chrono::steady_clock::now() - before;
      best = std::max(best, 2e6 / took.count());
    }
    return best;
  }();
  return measured;
}

namespace {

std::uint32_t steps_of(double ns) {
  return static_cast<std::uint32_t>(ns * steps_per_us() / 1e3);
}

}  // namespace

source::source(const cell& of)
    : items_(of.items),
      usual_steps_(steps_of(of.cost_ns)),
      how_(of.how),
      source_steps_(steps_of(of.source_ns)) {
  now_ = {88172645463325252U, usual_steps_};
  if (how_ == shape::laggards) {
    special_every_ = 1000;
    special_steps_ = usual_steps_ * 1000;
  } else if (how_ == shape::phases) {
    special_every_ = std::max<std::size_t>(1, items_ / 6);
    special_steps_ = usual_steps_ * 100;
  }
}

std::uint32_t source::choose() const {
  if (how_ == shape::laggards) {
    return at_ % special_every_ == special_every_ / 2 ? special_steps_ : usual_steps_;
  }
  return at_ / special_every_ % 2 == 1 ? special_steps_ : usual_steps_;
}

std::vector<char> to_bytes::operator()(const item& one) const {
  std::vector<char> result(bytes);
  const std::uint64_t value = spin(one.value, one.steps);
  result[bytes / 2] = static_cast<char>(value);
  return result;
}

std::vector<cell> all_cells() {
  std::vector<cell> cells;
  constexpr double total_ns = 60e6;  // of the plain loop
  const auto add = [&](cell one, double mean_ns) {
    one.items = static_cast<std::size_t>(total_ns / mean_ns);
    cells.push_back(one);
  };
  for (const double ns : {2.0, 5.0, 13.0, 20.0, 50.0, 200.0, 1e3, 10e3, 100e3, 1e6}) {
    add({.name = "even/" + std::to_string(static_cast<int>(ns)) + "ns", .cost_ns = ns}, ns + 3.0);
  }
  add({.name = "slow_source/100ns_of_100ns", .cost_ns = 100, .source_ns = 100}, 200.0);
  add({.name = "slow_source/1us_of_1us", .cost_ns = 1e3, .source_ns = 1e3}, 2e3);
  add({.name = "slow_source/10us_of_1us", .cost_ns = 1e3, .source_ns = 10e3}, 11e3);
  add({.name = "laggards/100ns", .cost_ns = 100, .how = shape::laggards}, 200.0);
  add({.name = "laggards/1us", .cost_ns = 1e3, .how = shape::laggards}, 2e3);
  add({.name = "large/64KB_of_10us", .cost_ns = 10e3, .result_bytes = 65536}, 15e3);
  add({.name = "phases/20ns_2us", .cost_ns = 20, .how = shape::phases}, 1e3);
  return cells;
}

cell warm_up_of(const cell& of) {
  cell shorter = of;
  shorter.items = of.items / 10;
  return shorter;
}

}  // namespace bench_stream
