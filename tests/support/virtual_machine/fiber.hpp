// A function with a stack of its own that can be left in the middle and taken up again: one thread
// of a virtual machine. Thread safety: all fibers of a machine belong to one thread.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <functional>
#include <ucontext.h>

namespace amorsize_tests {

class fiber {
 public:
  /// The thread that runs everything, as it is: has a stack already.
  fiber() noexcept = default;
  /// entry: must never return.
  explicit fiber(std::function<void()> entry);
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;
  ~fiber();

  /// Leaves `from`, which must be running, and goes on with `to`. Returns when somebody switches
  /// back to `from`.
  static void switch_from_to(fiber& from, fiber& to) noexcept;

 private:
  static void begin(unsigned high, unsigned low) noexcept;

  std::function<void()> entry_;
  void* stack_ = nullptr;
  bool has_begun_ = true;
  ucontext_t first_{};  ///< how it begins; from then on setjmp, which asks the kernel for nothing
  std::jmp_buf left_at_{};
};

}  // namespace amorsize_tests
