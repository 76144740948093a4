// EXPECT: or returns nothing that can be stored
#include <amorsize/views.hpp>

#include <string>
#include <vector>

void misuse(const std::vector<int>& in) {
  static_cast<void>(in | amorsize::views::parallel_map([](const std::string& s) { return s; }));
}
