// EXPECT: amorsize: the callable cannot be called with an element of the range
#include <amorsize/parallel_map.hpp>

#include <string>
#include <vector>

void misuse(const std::vector<int>& in) {
  static_cast<void>(amorsize::parallel_map(in, &std::string::size, {.n_jobs = 2}));
}
