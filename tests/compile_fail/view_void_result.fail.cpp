// EXPECT: or returns nothing that can be stored
#include <amorsize/views.hpp>

#include <vector>

void misuse(const std::vector<int>& in) {
  static_cast<void>(amorsize::views::parallel_map(in, [](int) {}));
}
