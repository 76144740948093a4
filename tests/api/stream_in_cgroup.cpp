// A stream of 2,000 results of 1 MB under options::memory_limit = 64 MB, in a memory cgroup of 80
// MB: more than that and the kernel ends the process. Exit code 77, and a sentence, where no cgroup
// can be made.
#include "tests/support/own_cgroup.hpp"

#include <amorsize/amorsize.hpp>

#include <cstddef>
#include <cstdio>
#include <optional>
#include <ranges>
#include <string>
#include <vector>

namespace {

using amorsize_test::own_cgroup;

constexpr std::size_t megabyte = std::size_t{1} << 20U;
constexpr std::size_t group_bytes = 80 * megabyte;
constexpr std::size_t limit_bytes = 64 * megabyte;
constexpr int results = 2'000;

int run_stream(std::size_t n_jobs) {
  std::size_t sum = 0;
  for (const std::vector<char>& result :
       std::views::iota(0, results) |
           amorsize::views::parallel_map(
               [](int x) { return std::vector<char>(megabyte, static_cast<char>(x)); },
               {.n_jobs = n_jobs, .memory_limit = limit_bytes})) {
    sum += result.size();
  }
  return sum == results * megabyte ? 0 : 1;
}

}  // namespace

int main() {
  const std::optional<own_cgroup> in = own_cgroup::make("memory");
  if (!in || !in->limit_memory(group_bytes)) {
    std::puts("skipped: no memory cgroup can be made here");
    return amorsize_test::skipped_without_cgroup;
  }
  bool fine = true;
  for (const std::size_t n_jobs : {0U, 2U, 4U}) {
    const int code = in->run_inside([&] { return run_stream(n_jobs); });
    std::printf("n_jobs %zu: exit code %d, of %zu bytes at most %s",
                n_jobs,
                code,
                group_bytes,
                in->most_memory().c_str());
    fine = code == 0 && fine;
  }
  return fine ? 0 : 1;
}
