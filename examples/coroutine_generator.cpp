// How do I map what a coroutine yields?
//
// C++20 has coroutines but no std::generator (that is C++23). What a range needs of one is below.
#include <amorsize/amorsize.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iostream>
#include <iterator>
#include <utility>

template <class T>
class generator {
 public:
  struct promise_type {
    T value{};
    std::exception_ptr error{};
    generator get_return_object() { return generator(handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(T next) {
      value = std::move(next);
      return {};
    }
    void return_void() {}
    void unhandled_exception() { error = std::current_exception(); }
  };
  using handle = std::coroutine_handle<promise_type>;
  struct iterator {
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    handle at;
    T& operator*() const { return at.promise().value; }
    iterator& operator++() {
      at.resume();
      if (at.promise().error) {
        std::rethrow_exception(at.promise().error);
      }
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return at.done(); }
  };

  explicit generator(handle made) : handle_(made) {}
  generator(generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  generator& operator=(generator&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~generator() {
    if (handle_) {
      handle_.destroy();
    }
  }
  iterator begin() { return ++iterator{handle_}; }
  std::default_sentinel_t end() const { return {}; }

 private:
  handle handle_;
};

/// Endless. Suspended while its items are mapped; resumed on the calling thread alone.
generator<long> odd_numbers() {
  for (long x = 1;; x += 2) {
    co_yield x;
  }
}

bool is_prime(long x) {
  for (long d = 3; d * d <= x; d += 2) {
    if (x % d == 0) {
      return false;
    }
  }
  return x > 1;
}

int main() {
  const auto checked = [](long x) { return std::pair(x, is_prime(x)); };
  long found = 1;  // 2
  for (auto&& [x, prime] : odd_numbers() | amorsize::views::parallel_map(checked)) {
    if (prime && ++found == 100'000) {
      std::cout << "prime number 100,000 is " << x << '\n';
      return x == 1'299'709 ? 0 : 1;  // leaving the loop ends the stream
    }
  }
}
