// EXPECT: amorsize: the callable cannot be called with an element of the range
#include <amorsize/parallel_map.hpp>

#include <vector>

void misuse(const std::vector<int>& in, std::vector<int>& out) {
  amorsize::parallel_map(in, out.begin(), [](int a, int b) { return a + b; });
}
