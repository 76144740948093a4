// Weak symbols of libstdc++'s that the library exported were bound into the plugin that loaded it,
// and the library is never unloaded: so neither was the plugin.
#include "tests/support/catch.hpp"

#include <dlfcn.h>
#include <fstream>
#include <string>

namespace {
bool is_mapped(const std::string& path) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(path) != std::string::npos) {
      return true;
    }
  }
  return false;
}
}  // namespace

TEST_CASE("a plugin that maps can be unloaded, many times", "[api][regression]") {
  const std::string path = AMORSIZE_TEST_PLUGIN;
  for (int round = 0; round < 20; ++round) {
    void* const plugin = dlopen(path.c_str(), RTLD_NOW);
    REQUIRE(plugin != nullptr);
    void* const entry = dlsym(plugin, "map_in_plugin");
    REQUIRE(entry != nullptr);
    CHECK(reinterpret_cast<int (*)()>(entry)() == 0);
    REQUIRE(dlclose(plugin) == 0);
    REQUIRE_FALSE(is_mapped(path));
  }
}
