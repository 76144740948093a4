#include "runtime/executor/lowest_exception.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using amorsize::executor::lowest_exception;

namespace {
std::exception_ptr error_of(std::size_t index) {
  return std::make_exception_ptr(std::runtime_error(std::to_string(index)));
}
std::string what(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    return caught.what();
  }
}
}  // namespace

TEST_CASE("the lowest index wins in every order of three failures", "[executor][unit]") {
  std::vector<std::size_t> order{2, 5, 9};
  do {
    lowest_exception errors;
    for (const std::size_t index : order) {
      errors.record(index, error_of(index));
    }
    CHECK(errors.index() == 2);
    CHECK(errors.count() == 3);
    CHECK(errors.limit().load() == 2);
    CHECK(what(errors.take()) == "2");
    CHECK(errors.take() == nullptr);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a stop lowers the limit and keeps the exception", "[executor][unit]") {
  lowest_exception errors;
  errors.record(7, error_of(7));
  errors.lower_limit(0);
  CHECK(errors.limit().load() == 0);
  CHECK(errors.index() == 7);
  errors.reset();
  CHECK(errors.limit().load() == lowest_exception::nothing);
  CHECK(errors.take() == nullptr);
}

TEST_CASE("the lowest index wins whatever the threads do", "[executor][stress]") {
  for (int round = 0; round < 200; ++round) {
    lowest_exception errors;
    std::latch start(4);
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        start.arrive_and_wait();
        for (std::size_t i = 10; i > 0; --i) {
          errors.record(i * 4 + thread, error_of(i * 4 + thread));
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    CHECK(errors.index() == 4);
    CHECK(what(errors.take()) == "4");
  }
}
