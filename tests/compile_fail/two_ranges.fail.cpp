// EXPECT: amorsize: there is no form with two ranges
#include <amorsize/parallel_map.hpp>

#include <functional>
#include <vector>

void misuse(const std::vector<int>& in, std::vector<int>& out) {
  amorsize::parallel_map(in, in, out.begin(), std::plus<>{});
}
