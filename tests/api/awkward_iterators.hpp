// Iterators that std::transform accepts and that a careless library would refuse or misread.
// Thread safety: as the data they refer to.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace amorsize_test {

/// A C++98 output iterator: every nested type is void.
template <class Container>
class void_output {
 public:
  using iterator_category = std::output_iterator_tag;
  using value_type = void;
  using difference_type = void;
  using pointer = void;
  using reference = void;

  explicit void_output(Container& to) : to_(&to) {}
  template <class T>
  void_output& operator=(T&& value) {
    to_->push_back(std::forward<T>(value));
    return *this;
  }
  void_output& operator*() { return *this; }
  void_output& operator++() { return *this; }
  void_output operator++(int) { return *this; }

 private:
  Container* to_;
};

/// Random access by C++17's rules only: no default constructor, so no C++20 forward iterator. It
/// has exactly what a C++17 algorithm may use.
template <class T, class Difference = std::ptrdiff_t>
class legacy_iterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = std::remove_cv_t<T>;
  using difference_type = Difference;
  using pointer = T*;
  using reference = T&;

  explicit legacy_iterator(T* at) : at_(at) {}

  T& operator*() const { return *at_; }
  T* operator->() const { return at_; }
  T& operator[](Difference n) const { return at_[n]; }
  legacy_iterator& operator++() { return ++at_, *this; }
  legacy_iterator& operator--() { return --at_, *this; }
  legacy_iterator operator++(int) { return legacy_iterator(at_++); }
  legacy_iterator operator--(int) { return legacy_iterator(at_--); }
  legacy_iterator& operator+=(Difference n) { return at_ += n, *this; }
  legacy_iterator& operator-=(Difference n) { return at_ -= n, *this; }
  friend legacy_iterator operator+(legacy_iterator it, Difference n) { return it += n; }
  friend legacy_iterator operator+(Difference n, legacy_iterator it) { return it += n; }
  friend legacy_iterator operator-(legacy_iterator it, Difference n) { return it -= n; }
  friend Difference operator-(const legacy_iterator& a, const legacy_iterator& b) {
    return static_cast<Difference>(a.at_ - b.at_);
  }
  friend bool operator==(const legacy_iterator& a, const legacy_iterator& b) {
    return a.at_ == b.at_;
  }
  friend bool operator!=(const legacy_iterator& a, const legacy_iterator& b) {
    return a.at_ != b.at_;
  }
  friend bool operator<(const legacy_iterator& a, const legacy_iterator& b) {
    return a.at_ < b.at_;
  }

 private:
  T* at_;
};

template <class T>
using tiny_difference_iterator = legacy_iterator<T, std::int8_t>;

/// An end for any pointer-like iterator that cannot be subtracted.
template <class It>
struct unsized_end {
  It last;
  friend bool operator==(const It& it, const unsized_end& end) { return it == end.last; }
};

/// Its own value as an index, random access, no memory behind it.
class counting_iterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = std::uint64_t;
  using difference_type = std::int64_t;
  using pointer = void;
  using reference = std::uint64_t;

  counting_iterator() = default;
  explicit counting_iterator(std::uint64_t at) : at_(at) {}

  std::uint64_t operator*() const { return at_; }
  std::uint64_t operator[](std::int64_t n) const { return *(*this + n); }
  counting_iterator& operator++() { return ++at_, *this; }
  counting_iterator& operator--() { return --at_, *this; }
  counting_iterator operator++(int) { return counting_iterator(at_++); }
  counting_iterator operator--(int) { return counting_iterator(at_--); }
  counting_iterator& operator+=(std::int64_t n) {
    return at_ += static_cast<std::uint64_t>(n), *this;
  }
  counting_iterator& operator-=(std::int64_t n) { return *this += -n; }
  friend counting_iterator operator+(counting_iterator it, std::int64_t n) { return it += n; }
  friend counting_iterator operator+(std::int64_t n, counting_iterator it) { return it += n; }
  friend counting_iterator operator-(counting_iterator it, std::int64_t n) { return it -= n; }
  friend std::int64_t operator-(const counting_iterator& a, const counting_iterator& b) {
    return static_cast<std::int64_t>(a.at_ - b.at_);
  }
  friend auto operator<=>(const counting_iterator&, const counting_iterator&) = default;

 private:
  std::uint64_t at_ = 0;
};

/// Random-access output that keeps nothing.
class discarding_output {
 public:
  struct anything {
    template <class T>
    const anything& operator=(T&&) const {
      return *this;
    }
  };
  using iterator_category = std::random_access_iterator_tag;
  using value_type = anything;
  using difference_type = std::int64_t;
  using pointer = const anything*;
  using reference = const anything&;

  reference operator*() const { return nothing_; }
  discarding_output& operator++() { return ++at_, *this; }
  discarding_output operator++(int) { return at_++, *this; }
  friend discarding_output operator+(discarding_output it, std::int64_t n) {
    return it.at_ += n, it;
  }
  friend std::int64_t operator-(const discarding_output& a, const discarding_output& b) {
    return a.at_ - b.at_;
  }
  friend bool operator==(const discarding_output& a, const discarding_output& b) {
    return a.at_ == b.at_;
  }

 private:
  static constexpr anything nothing_{};
  std::int64_t at_ = 0;
};

/// A source that can be read once: begin() twice is counted, and `pulled` says how far it was read.
template <class T>
class once {
 public:
  explicit once(std::vector<T> items) : items_(std::move(items)) {}
  once(once&&) = default;
  once& operator=(once&&) = default;

  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    explicit iterator(once& of) : of_(&of) {}
    iterator(iterator&&) = default;
    iterator& operator=(iterator&&) = default;
    T&& operator*() const { return std::move(of_->items_[of_->at]); }
    iterator& operator++() {
      ++of_->at;
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& it, std::default_sentinel_t) {
      return it.of_->is_at_end();
    }

   private:
    once* of_;
  };

  iterator begin() {
    ++begins;
    return iterator(*this);
  }
  std::default_sentinel_t end() const { return {}; }

  [[nodiscard]] bool is_at_end() const { return at == items_.size(); }

  std::size_t at = 0;  ///< items left behind by ++
  int begins = 0;

 private:
  std::vector<T> items_;
};

}  // namespace amorsize_test
