// EXPECT: amorsize: the result of the callable cannot be assigned to the output (*out = f(*first)
#include <amorsize/parallel_map.hpp>

#include <vector>

void misuse(const std::vector<int>& in, const std::vector<int>& out) {
  amorsize::parallel_map(in.begin(), in.end(), out.begin(), [](int x) { return x; });
}
