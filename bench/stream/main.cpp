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
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using amorsize_bench::median;

using namespace bench_stream;  // NOLINT(google-build-using-namespace): the bench's own

enum class group { loop, view, output, omp, pipeline };

struct contender {
  std::string name;
  group of;
  std::function<std::uint64_t(const cell&)> run;
  std::vector<double> ms = {};  ///< [round]
};

struct timed_run {
  std::uint64_t sum = 0;
  double ms = 0.0;
};

/// In a process of its own, after an untimed warm-up.
timed_run time_fresh(const contender& one, const cell& of, const cell& warm_up) {
  return bench::in_fresh_process([&] {
    static_cast<void>(one.run(warm_up));
    const auto began = std::chrono::steady_clock::now();
    timed_run seen{.sum = one.run(of)};
    seen.ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
    return seen;
  });
}

struct arguments {
  std::size_t rounds = 8;
  std::uint64_t seed = 1;
  std::string part;
};

std::vector<contender> all_contenders() {
  std::vector<contender> all{{"loop", group::loop, run_serial},
                             {"view", group::view, run_amorsize_view},
                             {"output", group::output, run_amorsize_output}};
  for (const std::size_t batch : {16U, 64U, 1024U}) {
    all.push_back({"omp x" + std::to_string(batch), group::omp, [=](const cell& of) {
                     return run_omp(of, batch);
                   }});
  }
  for (const std::size_t tokens : {4U, 8U, 16U, 32U}) {
    for (const std::size_t batch : {1U, 16U, 64U, 256U, 1024U, 4096U}) {
      all.push_back({"tbb " + std::to_string(tokens) + "x" + std::to_string(batch),
                     group::pipeline,
                     [=](const cell& of) { return run_tbb(of, tokens, batch); }});
    }
  }
  return all;
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
  const cell shorter = warm_up_of(of);
  const cell shortest = warm_up_of(shorter);
  for (contender& one : all) {
    one.ms.push_back(time_fresh(one, shorter, shortest).ms);
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
      const timed_run seen = time_fresh(all[i], of, warm_up_of(of));
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
  static_cast<void>(steps_per_us());  // once, for all processes
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
    run(parsed(argc, argv));
  } catch (const std::exception& what) {
    std::fprintf(stderr, "bench_stream: %s\n", what.what());
    return 1;
  }
}
