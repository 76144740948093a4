// The compiled side of optimize(): says how many items to try, times them, and makes the plan.
// Thread safety: a dry_run belongs to one thread.
#pragma once

#include <amorsize/detail/engines.hpp>
#include <amorsize/detail/export.hpp>
#include <amorsize/version.hpp>

#include <cstddef>
#include <memory>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

struct options;
struct plan;

namespace detail {

/// What optimize() knows about its input without looking at an item.
struct dry_run_input {
  std::size_t items = 0;                    ///< length; meaningful if is_sized
  bool is_sized = false;                    ///< is the length known?
  bool is_single_pass = false;              ///< sampled items have to be stored
  bool is_sampled = true;                   ///< may items be tried at all?
  serial_cause cause = serial_cause::none;  ///< why parallel_map would not share
};

/// while (n = next_block()) { go to block_start(); begin_block(); run up to n items;
/// end_block(items run, bytes of their results); } make_plan()
class AMORSIZE_API dry_run {
 public:
  /// how: outlives the run; may be null.
  /// Throws bad_option, or cancelled when a stop was requested before.
  dry_run(const options* how, const dry_run_input& input);
  dry_run(const dry_run&) = delete;
  dry_run& operator=(const dry_run&) = delete;
  ~dry_run();

  /// Items to run next, timed together; 0 = enough is known. Throws cancelled when a stop was
  /// requested.
  [[nodiscard]] std::size_t next_block();
  /// Where in a random-access input the block begins: samples come from all over it, since what is
  /// at its beginning says little about the rest (rows of an image, sorted files).
  [[nodiscard]] std::size_t block_start() const noexcept;
  void begin_block() noexcept;
  /// Fewer items than asked for: the input is over. result_bytes: of all of them together.
  void end_block(std::size_t items, std::size_t result_bytes = 0) noexcept;
  [[nodiscard]] plan make_plan() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// The compiler must not find out that nobody looks at a result: it would not compute it.
template <class T>
inline void pretend_to_read(const T& value) noexcept {
  asm volatile("" : : "g"(std::addressof(value)) : "memory");
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
