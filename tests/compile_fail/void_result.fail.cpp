// EXPECT: amorsize: the callable returns nothing a std::vector can hold
#include <amorsize/parallel_map.hpp>

#include <vector>

void misuse(const std::vector<int>& in) {
  amorsize::parallel_map(in, [](int) {});
}
