// EXPECT: amorsize: the callable cannot be called with an element of the range
#include <amorsize/parallel_map.hpp>

#include <vector>

void misuse(const std::vector<int>& in) {
  static_cast<void>(amorsize::parallel_map(in, [](int& x) { return ++x; }));
}
