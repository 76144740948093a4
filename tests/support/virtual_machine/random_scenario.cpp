#include "runtime/policy/controller.hpp"
#include "runtime/policy/memory_ceiling.hpp"
#include "tests/support/virtual_machine/random_scenario.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

namespace amorsize_tests {
namespace {

constexpr nanoseconds us{1e3};
constexpr nanoseconds ms{1e6};
/// When a machine begins.
constexpr nanoseconds machine_begins{1e6};
/// Workers whose number changes are given so long to be noticed and followed, for each change.
constexpr nanoseconds noticed_within = 2.0 * amorsize::policy::look_interval;
/// Costs are known after so many ticks of a clock.
constexpr double hidden_by_ticks = 4.0;
/// And by such a clock so many items are run before the first of them that it is too late for many.
constexpr nanoseconds finest_that_hides = 100.0 * us;
constexpr nanoseconds hungry_item = 2.0 * ms;
constexpr std::size_t fewest_hungry = 30;
/// A block whose time is lost is followed by one of so many times the items.
constexpr double after_a_lost_block = static_cast<double>(amorsize::policy::block_growth);
/// No simulation runs more items than this: thousands of them take seconds.
constexpr double most_items = 4'000.0;

class maker {
 public:
  explicit maker(std::uint64_t seed) : random_(seed) {}

  random_scenario make() {
    choose_map();
    const double kind = chance();
    if (kind < 0.12) {
      add_waiting();
    } else if (kind < 0.22) {
      add_memory();
    } else {
      choose_speeds();
      maybe(0.3, [&] { add_stalls(); });
      maybe(0.3, [&] { add_late_ones(); });
      maybe(0.2, [&] { add_lost_ones(); });
    }
    maybe(0.3, [&] { add_steps(); });
    maybe(0.3, [&] { add_clock_faults(); });
    maybe(0.15, [&] { choose_options(); });
    made_.excused += last_item();
    made_.is_bounded_below = made_.is_bounded_below && has_known_supply();
    made_.what.lower_bound = bound();
    return std::move(made_);
  }

 private:
  double chance() { return std::uniform_real_distribution<double>(0.0, 1.0)(random_); }
  /// Between both, each order of magnitude alike.
  double scale(double from, double to) { return from * std::pow(to / from, chance()); }
  template <class Do>
  void maybe(double probability, Do&& act) {
    if (chance() < probability) {
      act();
    }
  }
  template <class... Values>
  void tell(const char* format, Values... values) {
    char text[160];
    std::snprintf(text, sizeof text, format, values...);
    made_.story += text;
  }
  machine_model& on() { return made_.what.machine; }

  void choose_map() {
    on().workers = static_cast<std::size_t>(std::lround(scale(1.0, chance() < 0.05 ? 64.0 : 16.0)));
    const auto items = static_cast<std::size_t>(scale(2.0, most_items));
    mean_ = scale(1.0, 2e3) * us;
    const shape which =
        all_shapes()[static_cast<std::size_t>(chance() * static_cast<double>(all_shapes().size()))];
    made_.what.costs = item_costs::of(which, items, mean_, random_());
    tell("%zu workers, %zu items of %.1f us, %s", on().workers, items, mean_ / us, name_of(which));
  }

  /// How long the map should take at most: faults come within it.
  nanoseconds length() const { return made_.what.costs.total(); }

  void choose_speeds() {
    if (on().workers > 1 && on().workers % 2 == 0 && chance() < 0.25) {
      on().cores = on().workers / 2;
      on().shared_core_speed = 0.45 + 0.2 * chance();
      tell(", siblings share %.2f each", on().shared_core_speed);
    } else if (chance() < 0.4) {
      tell(", speeds");
      for (std::size_t worker = 0; worker < on().workers; ++worker) {
        on().speeds.push_back(chance() < 0.5 ? 1.0 : scale(0.1, 1.0));
        tell(" %.2f", on().speeds.back());
      }
    }
    if (chance() < 0.2) {
      on().between_nodes = nanoseconds{300};
      for (std::size_t worker = 0; worker < on().workers; ++worker) {
        on().nodes.push_back(worker * 2 / on().workers);
      }
      tell(", two nodes");
    }
  }

  void add_waiting() {
    on().waiting.fraction = 0.3 + 0.69 * chance();
    maybe(0.4, [&] { on().waiting.at_once = 1 + static_cast<std::size_t>(8.0 * chance()); });
    made_.is_bounded_below = false;
    tell(", waits %.2f, %zu at once", on().waiting.fraction, on().waiting.at_once);
  }

  void add_memory() {
    const double fit = 1.2 + chance() * static_cast<double>(on().workers);
    on().memory.bytes_per_item = 100e6;
    on().memory.available = fit * amorsize::policy::memory_reserve * on().memory.bytes_per_item;
    made_.is_bounded_below = false;
    // What shorter items take nobody looks at, nor at that of the last few.
    mean_ = std::max(mean_, hungry_item);
    made_.what.costs = item_costs::of(
        shape::uniform, std::max(fewest_hungry, made_.what.costs.items()), mean_, random_());
    tell(", of %.1f ms, memory for %.1f", mean_ / ms, fit);
  }

  void add_stalls() {
    const auto worker = static_cast<std::size_t>(chance() * static_cast<double>(on().workers));
    nanoseconds at = machine_begins;
    for (int i = 0; i < 3; ++i) {
      at += length() * 0.3 * chance();
      const nanoseconds lasts = scale(10.0, 2e4) * us;
      on().faults.stalls.push_back({worker, at, at + lasts});
      at += lasts;
      made_.excused += lasts;
      tell(", worker %zu stands still for %.2f ms", worker, lasts / ms);
    }
  }

  void add_late_ones() {
    on().faults.late_fraction = chance();
    on().faults.lateness = scale(50.0, 2e4) * us;
    made_.excused += on().faults.lateness;
    tell(", %.2f late by %.2f ms", on().faults.late_fraction, on().faults.lateness / ms);
  }

  void add_lost_ones() {
    on().faults.lost_fraction = chance();
    tell(", %.2f lost", on().faults.lost_fraction);
  }

  void add_steps() {
    nanoseconds at = machine_begins;
    const int steps = 1 + static_cast<int>(3.0 * chance());
    for (int i = 0; i < steps; ++i) {
      at += length() * 0.5 * chance();
      const auto usable =
          1 + static_cast<std::size_t>(chance() * static_cast<double>(on().workers));
      on().steps.push_back({at, std::min(usable, on().workers)});
      made_.excused += noticed_within;
      tell(", %zu CPUs from %.2f ms on", on().steps.back().workers, (at - machine_begins) / ms);
    }
  }

  void add_clock_faults() {
    const nanoseconds at = machine_begins + length() * chance();
    switch (static_cast<int>(4.0 * chance())) {
      case 0:
        on().faults.clock_noise = scale(10.0, 5e3) * nanoseconds{1};
        tell(", clock errs by %.0f ns", on().faults.clock_noise.count());
        break;
      case 1:
        on().faults.clock_tick = scale(1.0, 4e3) * us;
        made_.is_bounded_below =
            made_.is_bounded_below && on().faults.clock_tick < finest_that_hides;
        made_.excused += hidden_by_ticks * on().faults.clock_tick;
        tell(", clock ticks every %.0f us", on().faults.clock_tick / us);
        break;
      case 2:
        on().faults.clock = {{at, at + length() * 0.3 * chance(), nanoseconds{0}}};
        made_.excused += on().faults.clock.front().until - at;
        tell(", clock stands still");
        break;
      default:
        on().faults.clock = {{at, at, (chance() < 0.5 ? -1.0 : 1.0) * scale(1e3, 1e13) * us / 1e3}};
        made_.excused += after_a_lost_block * made_.what.costs.longest() / slowest();
        tell(", clock jumps by %.3f ms", on().faults.clock.front().jump / ms);
    }
  }

  void choose_options() {
    if (chance() < 0.5) {
      made_.what.how.max_jobs = 1 + static_cast<std::size_t>(8.0 * chance());
      tell(", max_jobs %zu", made_.what.how.max_jobs);
    } else {
      made_.what.how.chunksize = static_cast<std::size_t>(scale(1.0, 100.0));
      tell(", chunksize %zu", made_.what.how.chunksize);
    }
  }

  /// Where workers differ it matters who came and who has to go, and of those who never come only
  /// the ones that were called are known. Chunks of a fixed size may be all there is.
  [[nodiscard]] bool has_known_supply() {
    const bool is_uneven = !on().speeds.empty() || on().cores > 0;
    const bool is_limited = !on().steps.empty() || made_.what.how.max_jobs > 0;
    const bool has_lost = on().faults.lost_fraction > 0.0;
    return made_.what.how.chunksize == 0 && int{is_uneven} + int{is_limited} + int{has_lost} <= 1;
  }

  /// The dearest item may be begun last, on the slowest core.
  [[nodiscard]] nanoseconds last_item() { return made_.what.costs.longest() / slowest(); }
  [[nodiscard]] double slowest() {
    const std::vector<double>& speeds = on().speeds;
    return speeds.empty() ? 1.0 : *std::min_element(speeds.begin(), speeds.end());
  }

  [[nodiscard]] double mean_speed() {
    if (on().cores > 0) {
      return std::max(0.5, on().shared_core_speed);
    }
    if (on().speeds.empty()) {
      return 1.0;
    }
    double sum = 0.0;
    for (const double speed : on().speeds) {
      sum += speed;
    }
    return sum / static_cast<double>(on().speeds.size());
  }

  /// What is there at each time, the workers taken to be alike.
  std::function<nanoseconds(const simulated_map&)> bound() {
    const double speed = mean_speed();
    const nanoseconds work = made_.what.costs.total();
    std::vector<capacity_step> steps{{machine_begins, on().workers}};
    steps.insert(steps.end(), on().steps.begin(), on().steps.end());
    const std::size_t workers = on().workers;
    const std::size_t most = made_.what.how.max_jobs > 0 ? made_.what.how.max_jobs : workers;
    // The first item is run alone: nobody knows yet what it costs.
    const double caller = on().speeds.empty() ? 1.0 : on().speeds.front();
    const nanoseconds first = made_.what.costs.of_range(0, 1) / caller;
    return [=](const simulated_map& seen) {
      const std::size_t came = workers - std::min<std::size_t>(workers - 1, seen.counts.lost);
      std::vector<supply_step> supply{{nanoseconds{0}, caller}};
      for (const capacity_step& step : steps) {
        const auto count = static_cast<double>(std::min({step.workers, came, most}));
        supply.push_back({std::max(first, step.from - machine_begins), count * speed});
      }
      return earliest_end(work, supply);
    };
  }

  std::mt19937_64 random_;
  nanoseconds mean_{0};
  random_scenario made_{};
};

}  // namespace

random_scenario make_random_scenario(std::uint64_t seed) {
  return maker(seed).make();
}

}  // namespace amorsize_tests
