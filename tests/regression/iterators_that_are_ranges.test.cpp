// Iterators that are ranges themselves, as those of directories, were taken for the form with two
// ranges, which does not exist.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

TEST_CASE("directory iterators are a pair of iterators, not two ranges", "[api][regression]") {
  namespace fs = std::filesystem;
  const auto name = [](const fs::directory_entry& entry) { return entry.path().string(); };
  std::vector<std::string> expected;
  std::vector<std::string> seen;
  std::transform(
      fs::directory_iterator("/"), fs::directory_iterator{}, std::back_inserter(expected), name);
  amorsize::parallel_map(
      fs::directory_iterator("/"), fs::directory_iterator{}, std::back_inserter(seen), name);
  CHECK(seen == expected);
  seen.clear();
  amorsize::parallel_map(
      fs::directory_iterator("/"), fs::directory_iterator{}, std::back_inserter(seen), name, {});
  CHECK(seen == expected);
}
