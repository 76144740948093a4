// EXPECT: amorsize: the result of the callable cannot be assigned to the output (*out = f(*first)
#include <amorsize/parallel_map.hpp>

#include <string>
#include <vector>

void misuse(const std::vector<std::string>& in, std::vector<int>& out) {
  amorsize::parallel_map(in.begin(), in.end(), out.begin(), [](std::string s) { return s; });
}
