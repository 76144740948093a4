// When results come out and how far the source is read for them: in counts, not in time.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <cstddef>
#include <ranges>

namespace {

namespace views = amorsize::views;

int square(int x) {
  return static_cast<int>(static_cast<unsigned>(x) * static_cast<unsigned>(x));
}

TEST_CASE("an endless source is read no further than the look-ahead when the loop is left",
          "[api][unit]") {
  for (const std::size_t n_jobs : {1U, 2U, 4U}) {
    for (const std::size_t chunksize : {1U, 3U, 64U}) {
      CAPTURE(n_jobs, chunksize);
      std::size_t pulled = 0;
      std::size_t seen = 0;
      auto source = std::views::iota(0) | std::views::transform([&](int x) { return ++pulled, x; });
      for (const int x :
           source | views::parallel_map(square, {.n_jobs = n_jobs, .chunksize = chunksize})) {
        static_cast<void>(x);
        if (++seen == 1000) {
          break;
        }
      }
      CHECK(pulled >= 1000);
      CHECK(pulled <= 1000 + (n_jobs == 1 ? 0 : n_jobs * 128 * chunksize));
    }
  }
}

TEST_CASE(
    "the first result is out before the second item is read, with helpers before the first "
    "window is exceeded",
    "[api][unit]") {
  for (const std::size_t n_jobs : {0U, 1U, 2U, 4U}) {
    CAPTURE(n_jobs);
    std::size_t pulled = 0;
    auto source =
        std::views::iota(0, 100'000) | std::views::transform([&](int x) { return ++pulled, x; });
    auto results = source | views::parallel_map(square, {.n_jobs = n_jobs});
    CHECK(pulled == 0);  // lazy
    const auto first = results.begin();
    CHECK(*first == 0);
    // Batches are of one item until something is known about costs.
    CHECK(pulled <= (n_jobs <= 1 ? 1 : n_jobs * 4));
  }
}

}  // namespace
