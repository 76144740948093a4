// EXPECT: amorsize: the callable cannot be called with an element of the input
#include <amorsize/parallel_map.hpp>

#include <string>
#include <vector>

void misuse(const std::vector<int>& in, std::vector<int>& out) {
  amorsize::parallel_map(in.begin(), in.end(), out.begin(), [](const std::string&) { return 1; });
}
