// bench_stream [--rounds N] [--seed N] [--cell PART]
// Each cell of the stream bench in rounds. In each round every contender runs once, in random order
// and in a process of its own: the plain loop, the two forms of amorsize, OpenMP tasks, and every
// oneTBB pipeline of the sweep. Odd rounds choose the best pipeline, even rounds time it. A round
// zero over a tenth of the stream drops the pipelines without hope: with batches of one item of 2
// ns they would take most of the night.
#include "bench/driver/statistics.hpp"
#include "stream/items.hpp"
#include "support/fresh_process.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using amorsize_bench::median;

using namespace bench_stream;  // NOLINT(google-build-using-namespace): the bench's own

enum class group { loop, view, output, omp, pipeline };

struct contender {
  std::size_t at = 0;  ///< in the list of all
  std::string name;
  group of;
  std::function<std::uint64_t(const cell&)> run;
  std::vector<double> ms = {};  ///< [round]
};

struct timed_run {
  std::uint64_t sum = 0;
  double ms = 0.0;
};

struct arguments {
  std::size_t rounds = 8;
  std::uint64_t seed = 1;
  std::string part;
};

std::vector<contender> all_contenders() {
  std::vector<contender> all;
  const auto add = [&](std::string name, group of, std::function<std::uint64_t(const cell&)> run) {
    all.push_back({all.size(), std::move(name), of, std::move(run)});
  };
  add("loop", group::loop, run_serial);
  add("view", group::view, run_amorsize_view);
  add("output", group::output, run_amorsize_output);
  for (const std::size_t batch : {16U, 64U, 1024U}) {
    add("omp x" + std::to_string(batch), group::omp, [=](const cell& of) {
      return run_omp(of, batch);
    });
  }
  for (const std::size_t tokens : {4U, 8U, 16U, 32U}) {
    for (const std::size_t batch : {1U, 16U, 64U, 256U, 1024U, 4096U}) {
      add("tbb " + std::to_string(tokens) + "x" + std::to_string(batch),
          group::pipeline,
          [=](const cell& of) { return run_tbb(of, tokens, batch); });
    }
  }
  return all;
}

/// What is run in a process of its own: a contender by its place in the list, a cell by its name,
/// and how often it is cut to a tenth.
struct fresh_run {
  std::size_t contender;
  std::string cell;
  int shortened = 0;
};

/// In the process of its own, after an untimed warm-up.
timed_run run_here(const fresh_run& what) {
  const std::vector<cell> cells = all_cells();
  const auto named = std::find_if(
      cells.begin(), cells.end(), [&](const cell& one) { return one.name == what.cell; });
  if (named == cells.end()) {
    throw std::invalid_argument("no cell " + what.cell);
  }
  cell of = *named;
  for (int left = what.shortened; left > 0; --left) {
    of = warm_up_of(of);
  }
  const contender one = all_contenders().at(what.contender);
  static_cast<void>(one.run(warm_up_of(of)));
  const auto began = std::chrono::steady_clock::now();
  timed_run seen{.sum = one.run(of)};
  seen.ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
  return seen;
}

timed_run time_fresh(const fresh_run& what) {
  char steps[32];
  std::snprintf(steps, sizeof steps, "%.17g", steps_per_us());
  const std::optional<std::string> answer = bench::output_of_fresh_process(
      {"--run", std::to_string(what.contender), what.cell, std::to_string(what.shortened), steps},
      [] { return true; });
  if (!answer) {
    throw std::runtime_error(what.cell + ": a run ended without a result");
  }
  char* end = nullptr;
  timed_run seen{.sum = std::strtoull(answer->c_str(), &end, 10)};
  seen.ms = std::strtod(end, nullptr);
  return seen;
}

/// The median over the rounds with this remainder by two: 0, 2, … time; 1, 3, … choose.
double median_of(const contender& one, std::size_t remainder) {
  std::vector<double> values;
  for (std::size_t round = remainder; round < one.ms.size(); round += 2) {
    values.push_back(one.ms[round]);
  }
  return median(std::move(values));
}

/// The one of a group that is fastest in the choosing rounds.
const contender& chosen(const std::vector<contender>& all, group of) {
  const contender* best = nullptr;
  for (const contender& one : all) {
    if (one.of == of && (best == nullptr || median_of(one, 1) < median_of(*best, 1))) {
      best = &one;
    }
  }
  return *best;
}

/// What the columns show: medians over the timing rounds.
struct judged {
  double loop = 0.0, view = 0.0, output = 0.0, omp = 0.0, pipeline = 0.0;
  std::string who;
};

/// Pipelines that take so many times as long as the best one over a tenth of the stream drop out.
constexpr double hopeless = 2.0;

std::vector<contender> hopeful_contenders(const cell& of) {
  std::vector<contender> all = all_contenders();
  for (contender& one : all) {
    one.ms.push_back(time_fresh({one.at, of.name, 1}).ms);
  }
  std::vector<double> pipelines;
  for (const contender& one : all) {
    if (one.of == group::pipeline) {
      pipelines.push_back(one.ms.front());
    }
  }
  const double most = hopeless * *std::min_element(pipelines.begin(), pipelines.end());
  std::erase_if(all, [&](const contender& one) {
    return one.of == group::pipeline && one.ms.front() > most;
  });
  for (contender& one : all) {
    one.ms.clear();
  }
  return all;
}

judged measure(const cell& of, const arguments& how, std::mt19937_64& random) {
  std::vector<contender> all = hopeful_contenders(of);
  const std::uint64_t expected = run_serial(of);
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t round = 0; round < how.rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t i : order) {
      const timed_run seen = time_fresh({all[i].at, of.name});
      if (seen.sum != expected) {
        throw std::runtime_error(of.name + ": " + all[i].name + " computes something else");
      }
      all[i].ms.push_back(seen.ms);
    }
  }
  const contender& pipeline = chosen(all, group::pipeline);
  return {median_of(chosen(all, group::loop), 0),
          median_of(chosen(all, group::view), 0),
          median_of(chosen(all, group::output), 0),
          median_of(chosen(all, group::omp), 0),
          median_of(pipeline, 0),
          pipeline.name};
}

arguments parsed(int argc, char** argv) {
  arguments how;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) {
      throw std::invalid_argument(std::string(name) + " needs a value");
    }
    if (name == "--rounds") {
      how.rounds = std::max<std::size_t>(2, std::strtoull(argv[i + 1], nullptr, 10));
    } else if (name == "--seed") {
      how.seed = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (name == "--cell") {
      how.part = argv[i + 1];
    } else {
      throw std::invalid_argument("unknown argument " + std::string(name));
    }
  }
  return how;
}

void run(const arguments& how) {
  std::mt19937_64 random(how.seed);
  std::vector<double> by_view;
  std::vector<double> by_output;
  std::printf("%zu rounds, seed %llu; times as multiples of the plain loop\n\n",
              how.rounds,
              static_cast<unsigned long long>(how.seed));
  std::printf(
      "| cell | loop, ms | view | output | best pipeline | OpenMP tasks | "
      "view / pipeline | output / pipeline | which pipeline |\n"
      "|---|---|---|---|---|---|---|---|---|\n");
  for (const cell& of : all_cells()) {
    if (of.name.find(how.part) == std::string::npos) {
      continue;
    }
    const judged seen = measure(of, how, random);
    by_view.push_back(std::log(seen.view / seen.pipeline));
    by_output.push_back(std::log(seen.output / seen.pipeline));
    std::printf("| %s | %.2f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %s |\n",
                of.name.c_str(),
                seen.loop,
                seen.view / seen.loop,
                seen.output / seen.loop,
                seen.pipeline / seen.loop,
                seen.omp / seen.loop,
                seen.view / seen.pipeline,
                seen.output / seen.pipeline,
                seen.who.c_str());
    std::fflush(stdout);
  }
  const auto mean = [](const std::vector<double>& logs) {
    return std::exp(std::accumulate(logs.begin(), logs.end(), 0.0) /
                    static_cast<double>(std::max<std::size_t>(1, logs.size())));
  };
  std::printf("\ngeometric mean against the best pipeline: view %.3f, output %.3f\n",
              mean(by_view),
              mean(by_output));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 6 && std::string_view(argv[1]) == "--run") {
      set_steps_per_us(std::strtod(argv[5], nullptr));  // the same items in all processes
      const timed_run seen =
          run_here({std::strtoull(argv[2], nullptr, 10), argv[3], std::atoi(argv[4])});
      std::printf("%llu %.9g\n", static_cast<unsigned long long>(seen.sum), seen.ms);
      return 0;
    }
    run(parsed(argc, argv));
  } catch (const std::exception& what) {
    std::fprintf(stderr, "bench_stream: %s\n", what.what());
    return 1;
  }
}
