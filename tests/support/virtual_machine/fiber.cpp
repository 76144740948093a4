#include "tests/support/virtual_machine/fiber.hpp"

#include <cstdint>
#include <cstdlib>
#include <new>
#include <sys/mman.h>
#include <utility>

namespace amorsize_tests {
namespace {

/// Room for the worker loop and a printf. Pages that are never touched cost nothing.
constexpr std::size_t stack_bytes = 256 * 1024;
/// Stacks begin at different places of their pages: a thousand that did not would push one another
/// out of the real machine's caches.
constexpr std::size_t places = 61;
constexpr std::size_t place_bytes = 64;

}  // namespace

fiber::fiber(std::function<void()> entry) : entry_(std::move(entry)), has_begun_(false) {
  static std::size_t made = 0;
  stack_ = mmap(
      nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack_ == MAP_FAILED) {
    stack_ = nullptr;
    throw std::bad_alloc();
  }
  getcontext(&first_);
  first_.uc_stack.ss_sp = stack_;
  first_.uc_stack.ss_size = stack_bytes - made++ % places * place_bytes;
  first_.uc_link = nullptr;
  // makecontext passes ints only.
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&first_,
              reinterpret_cast<void (*)()>(&fiber::begin),
              2,
              static_cast<unsigned>(self >> 32U),
              static_cast<unsigned>(self));
}

fiber::~fiber() {
  if (stack_ != nullptr) {
    munmap(stack_, stack_bytes);
  }
}

void fiber::begin(unsigned high, unsigned low) noexcept {
  const auto self = (static_cast<std::uintptr_t>(high) << 32U) | low;
  reinterpret_cast<fiber*>(self)->entry_();
  std::abort();  // an entry never returns
}

void fiber::switch_from_to(fiber& from, fiber& to) noexcept {
  if (_setjmp(from.left_at_) != 0) {
    return;
  }
  if (!to.has_begun_) {
    to.has_begun_ = true;
    setcontext(&to.first_);
    std::abort();  // it does not return
  }
  _longjmp(to.left_at_, 1);
}

}  // namespace amorsize_tests
