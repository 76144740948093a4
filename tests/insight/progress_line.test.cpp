#include "runtime/insight/progress_line.hpp"
#include "runtime/insight/utf8.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

namespace {

using namespace std::chrono_literals;
using amorsize::progress;
using amorsize::insight::progress_line;

constexpr progress half{
    .items_done = 50'000, .items_total = 100'000, .elapsed = 4s, .eta = 4s, .n_jobs = 2};

TEST_CASE("a progress line says how far, how fast and how long", "[insight][unit]") {
  CHECK(progress_line("hashing", half, 79) ==
        "hashing  [################-----------------]   50 %  12.5 k items/s  ETA 4.00 s");
  CHECK(progress_line("", half, 60) ==
        "[###########------------]   50 %  12.5 k items/s  ETA 4.00 s");
  CHECK(progress_line("x", {.items_done = 1'234, .elapsed = 1s}, 60) ==
        "x  1,234 items  1.23 k items/s");
  CHECK(progress_line("x", {.items_done = 1}, 60) == "x  1 item");
}

TEST_CASE("a finished line says how long it took", "[insight][unit]") {
  CHECK(progress_line("x", {.items_done = 100, .items_total = 100, .elapsed = 2s}, 45) ==
        "x  [##########]  100 %  50 items/s  in 2.00 s");
}

TEST_CASE("only what is complete is 100 %", "[insight][unit]") {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK(progress_line("", {.items_done = most - 1, .items_total = most}, 10) == " 99 %");
  CHECK(progress_line("", {.items_done = most, .items_total = most}, 6) == "100 %");
  CHECK(progress_line("", {.items_done = 7, .items_total = 5}, 6) == "100 %");
  CHECK(progress_line("", {.items_done = 0, .items_total = 5}, 6) == "  0 %");
}

TEST_CASE("a narrow terminal loses the bar first, then the rate, the time and the label",
          "[insight][unit]") {
  CHECK(progress_line("hashing", half, 45) == "hashing   50 %  12.5 k items/s  ETA 4.00 s");
  CHECK(progress_line("hashing", half, 30) == "hashing   50 %  ETA 4.00 s");
  CHECK(progress_line("hashing", half, 20) == "hashing   50 %");
  CHECK(progress_line("hashing", half, 9) == "hash 50 %");
  CHECK(progress_line("hashing", half, 2) == " 5");
  CHECK(progress_line("hashing", half, 0).empty());
}

TEST_CASE("a line fits and holds no control character, whatever it is given",
          "[insight][property]") {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  const std::array<std::string, 5> labels{"",
                                          "\x1b[2J\r\nx",
                                          std::string(500, 'x'),
                                          "\xE6\xBC\xA2\xE5\xAD\x97\xff",
                                          std::string(3, '\0')};
  const std::array<std::size_t, 4> counts{0, 1, 1000, most};
  const std::array<std::chrono::nanoseconds, 4> times{
      0ns, 1ns, std::chrono::nanoseconds::max(), std::chrono::nanoseconds::min()};
  for (const std::string& label : labels) {
    for (const std::size_t done : counts) {
      for (const std::size_t total : counts) {
        for (const auto time : times) {
          for (std::size_t columns = 0; columns < 120; ++columns) {
            const progress now{
                .items_done = done, .items_total = total, .elapsed = time, .eta = time};
            const std::string line = progress_line(label, now, columns);
            INFO(line);
            REQUIRE(amorsize::insight::column_count(line) <= columns);
            REQUIRE(line == amorsize::insight::printable_text(line));
          }
        }
      }
    }
  }
}

}  // namespace
