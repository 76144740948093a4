// EXPECT: amorsize: the output is a range
#include <amorsize/parallel_map.hpp>

#include <vector>

void misuse(const std::vector<int>& in, std::vector<int>& out) {
  amorsize::parallel_map(in, out, [](int x) { return x; }, {.n_jobs = 2});
}
