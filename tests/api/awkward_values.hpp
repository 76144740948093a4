// Results and callables that a careless library would copy, default-construct or call twice.
// Thread safety: values.
#pragma once

#include <amorsize/options.hpp>

#include <cstddef>
#include <stdexcept>
#include <utility>

namespace amorsize_test {

/// A result that can only be moved.
class move_only {
 public:
  move_only() = default;
  explicit move_only(int value) : value_(value) {}
  move_only(move_only&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  move_only& operator=(move_only&& other) noexcept {
    value_ = std::exchange(other.value_, -1);
    return *this;
  }
  [[nodiscard]] int value() const { return value_; }
  friend bool operator==(const move_only& a, const move_only& b) { return a.value_ == b.value_; }

 private:
  int value_ = 0;
};

/// A result that can neither be default-constructed nor assigned.
class made_once {
 public:
  explicit made_once(int value) : value_(value) {}
  made_once(const made_once&) = default;
  made_once& operator=(const made_once&) = delete;
  [[nodiscard]] int value() const { return value_; }
  friend bool operator==(const made_once& a, const made_once& b) { return a.value_ == b.value_; }

 private:
  int value_;
};

/// A result whose assignment from the value `fatal` throws that value.
class throwing_move {
 public:
  static inline int fatal = -1;

  throwing_move() = default;
  explicit throwing_move(int value) : value_(value) {}
  throwing_move(const throwing_move&) = default;
  throwing_move(throwing_move&& other) noexcept(false) : value_(other.value_) { check(); }
  throwing_move& operator=(const throwing_move&) = default;
  throwing_move& operator=(throwing_move&& other) noexcept(false) {
    other.check();
    value_ = other.value_;
    return *this;
  }
  [[nodiscard]] int value() const { return value_; }

 private:
  void check() const {
    if (value_ == fatal) {
      throw value_;
    }
  }
  int value_ = 0;
};

/// Options as somebody's own type.
struct derived_options : amorsize::options {
  int something_else = 7;
};

}  // namespace amorsize_test
