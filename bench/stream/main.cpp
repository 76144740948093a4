// bench_stream [rounds] [part of a cell's name]
// Each cell: the plain loop, the two forms of amorsize, every oneTBB pipeline of the sweep and
// OpenMP tasks, by turns; medians, as multiples of the plain loop and of the best pipeline.
#include "stream/items.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace bench_stream;  // NOLINT(google-build-using-namespace): the bench's own

struct contender {
  std::string name;
  std::function<std::uint64_t(const cell&)> run;
  std::vector<double> ms = {};

  [[nodiscard]] double median() const {
    std::vector<double> sorted = ms;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

double timed(contender& one, const cell& of, std::uint64_t expected) {
  const auto before = std::chrono::steady_clock::now();
  const std::uint64_t sum = one.run(of);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - before;
  if (sum != expected) {
    std::fprintf(stderr, "%s: %s computes something else\n", of.name.c_str(), one.name.c_str());
    std::exit(1);
  }
  return took.count();
}

std::vector<contender> pipelines() {
  std::vector<contender> all;
  for (const std::size_t tokens : {4U, 8U, 16U, 32U}) {
    for (const std::size_t batch : {1U, 16U, 64U, 256U, 1024U, 4096U}) {
      all.push_back({"tbb " + std::to_string(tokens) + "x" + std::to_string(batch),
                     [=](const cell& of) { return run_tbb(of, tokens, batch); }});
    }
  }
  return all;
}

/// The three pipelines that were fastest once go through all rounds.
std::vector<contender> best_pipelines(const cell& of, std::uint64_t expected) {
  std::vector<contender> all = pipelines();
  for (contender& one : all) {
    one.ms.push_back(std::min(timed(one, of, expected), timed(one, of, expected)));
  }
  std::sort(all.begin(), all.end(), [](const contender& a, const contender& b) {
    return a.ms.front() < b.ms.front();
  });
  all.resize(3);
  for (contender& one : all) {
    one.ms.clear();
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 7;
  const std::string part = argc > 2 ? argv[2] : "";
  double product = 0.0;
  int cells = 0;
  std::printf("%-26s %9s %8s %8s %8s %8s %8s   %s\n",
              "cell",
              "loop, ms",
              "view",
              "output",
              "tbb",
              "omp",
              "view/tbb",
              "best pipeline");
  for (const cell& of : all_cells()) {
    if (of.name.find(part) == std::string::npos) {
      continue;
    }
    const std::uint64_t expected = run_serial(of);
    std::vector<contender> all{
        {"loop", run_serial}, {"view", run_amorsize_view}, {"output", run_amorsize_output}};
    for (const std::size_t batch : {64U, 1024U}) {
      all.push_back({"omp", [=](const cell& c) { return run_omp(c, batch); }});
    }
    for (contender& one : best_pipelines(of, expected)) {
      all.push_back(one);
    }
    for (int round = 0; round < rounds; ++round) {
      for (contender& one : all) {
        one.ms.push_back(timed(one, of, expected));
      }
    }
    const double loop = all[0].median();
    const double omp = std::min(all[3].median(), all[4].median());
    const auto best =
        std::min_element(all.begin() + 5, all.end(), [](const contender& a, const contender& b) {
          return a.median() < b.median();
        });
    const double view = all[1].median();
    std::printf("%-26s %9.2f %8.3f %8.3f %8.3f %8.3f %8.3f   %s\n",
                of.name.c_str(),
                loop,
                view / loop,
                all[2].median() / loop,
                best->median() / loop,
                omp / loop,
                view / best->median(),
                best->name.c_str());
    std::fflush(stdout);
    product += std::log(view / best->median());
    ++cells;
  }
  if (cells > 0) {
    std::printf("geometric mean of view/tbb: %.3f\n", std::exp(product / cells));
  }
}
