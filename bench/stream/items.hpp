// The cells of the stream bench: sources, items and sinks that every implementation gets alike.
// Thread safety: a source belongs to one thread; items may be run by several.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace bench_stream {

/// Work of about so many nanoseconds: a chain of multiplications that nothing can shorten.
[[nodiscard]] std::uint64_t spin(std::uint64_t seed, std::size_t steps) noexcept;
/// Steps of spin() per microsecond on this machine, measured once.
[[nodiscard]] double steps_per_us();
/// As another process has measured them. Before the first call of steps_per_us().
void set_steps_per_us(double steps);

enum class shape { even, laggards, phases };

/// One cell: what a stream consists of.
struct cell {
  std::string name;
  std::size_t items = 0;
  double cost_ns = 0.0;    ///< of the callable; laggards: 999 of 1,000 items
  double source_ns = 0.0;  ///< busy time of the source per item
  shape how = shape::even;
  std::size_t result_bytes = 0;  ///< 0: a number
};
[[nodiscard]] std::vector<cell> all_cells();
/// The same stream, a tenth as long.
[[nodiscard]] cell warm_up_of(const cell& of);

/// An item as it comes out of the source: what it is and how much work it makes.
struct item {
  std::uint64_t value;
  std::uint32_t steps;
};

/// A single-pass source: knows no length, cannot be copied from afterwards.
class source {
 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = item;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = item;

    explicit iterator(source& of) : of_(&of) {}
    item operator*() const { return of_->now_; }
    iterator& operator++() {
      of_->step();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& it, std::default_sentinel_t) {
      return it.of_->is_at_end();
    }

   private:
    source* of_;
  };

  explicit source(const cell& of);
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const { return {}; }
  bool is_at_end() const { return at_ == items_; }

 private:
  void step() {
    ++at_;
    if (source_steps_ != 0) {
      now_.value = spin(now_.value, source_steps_);
    }
    now_.value = now_.value * 6364136223846793005U + 1442695040888963407U;
    if (special_every_ != 0) {
      now_.steps = choose();
    }
  }
  [[nodiscard]] std::uint32_t choose() const;

  std::size_t items_;
  std::size_t at_ = 0;
  item now_{};
  std::uint32_t usual_steps_;
  std::uint32_t special_steps_ = 0;
  std::size_t special_every_ = 0;
  shape how_;
  std::size_t source_steps_;
};

/// The callable for cells whose result is a number. Three steps more than nothing: about 2 ns.
struct to_number {
  std::uint64_t operator()(const item& one) const noexcept { return spin(one.value, one.steps); }
};
/// The callable for cells with large results.
struct to_bytes {
  std::size_t bytes;
  std::vector<char> operator()(const item& one) const;
};

/// Source and sink are objects somewhere in memory, as files and generators are: what only the
/// plain loop could do with ones of its own, keep their state in registers, is not to be compared.
template <class T>
inline void escape(T& object) noexcept {
  asm volatile("" : : "g"(&object) : "memory");
}

/// The consumer: order matters.
struct sink {
  std::uint64_t sum = 0;
  void operator()(std::uint64_t result) noexcept { sum = sum * 31 + result; }
  void operator()(const std::vector<char>& result) noexcept {
    sum = sum * 31 + static_cast<std::uint64_t>(result[result.size() / 2]);
  }
};

/// One implementation: runs the cell once, returns the sink's sum.
using runner = std::uint64_t (*)(const cell&);
[[nodiscard]] std::uint64_t run_serial(const cell&);
[[nodiscard]] std::uint64_t run_amorsize_view(const cell&);
[[nodiscard]] std::uint64_t run_amorsize_output(const cell&);
[[nodiscard]] std::uint64_t run_tbb(const cell&, std::size_t tokens, std::size_t batch);
[[nodiscard]] std::uint64_t run_omp(const cell&, std::size_t batch);

}  // namespace bench_stream
