// EXPECT: amorsize: the callable cannot be called with an element of the range
#include <amorsize/optimize.hpp>

#include <string>
#include <vector>

void misuse(const std::vector<int>& in) {
  static_cast<void>(amorsize::optimize(in, [](const std::string& s) { return s; }));
}
