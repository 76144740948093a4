// A single-pass source from which items have been taken for a dry run, put together again: first
// the items taken, then the rest of the source. Thread safety: a sampled_range belongs to one
// thread.
#pragma once

#include <amorsize/detail/dry_run.hpp>
#include <amorsize/detail/map_concepts.hpp>
#include <amorsize/version.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace detail {

template <class It>
concept legacy_multi_pass = requires {
  requires std::derived_from<typename std::iterator_traits<It>::iterator_category,
                             std::forward_iterator_tag>;
};

/// Reading an item again gives the same item. C++20's word counts first: a move_iterator calls
/// itself random access by C++17's rules, but hands each item out once.
template <class It>
concept multi_pass = std::forward_iterator<It> ||
    (!std::input_iterator<It> && legacy_multi_pass<It>);

template <class Range, class Op>
concept plannable_again =
    iterable<Range> && accepts_items_of<iterator_of<Range>, Op> && multi_pass<iterator_of<Range>>;

template <class Range, class Op>
concept plannable_once =
    iterable<Range> && accepts_items_of<iterator_of<Range>, Op> && !multi_pass<iterator_of<Range>>;

/// How the items of a single-pass source can be kept.
enum class item_handling {
  by_reference,  ///< items are lvalues: stored ones are handed out as such lvalues, too
  by_value,      ///< items are moved through a place of their own
  untouched,     ///< items stay in the source, none can be sampled
};

template <class It>
using item_of = std::remove_cvref_t<decltype(*std::declval<It&>())>;

template <class It>
struct stored_item {
  using type = item_of<It>;
};
template <std::indirectly_readable It>
struct stored_item<It> {
  using type = std::iter_value_t<It>;
};
template <class It>
using stored_item_t = typename stored_item<It>::type;

/// What an op is given in the dry run must survive it.
template <class Op, class Item>
concept leaves_item_alone = std::invocable<Op&, const Item&> ||
    (std::copy_constructible<Item>&& std::invocable<Op&, Item>);

template <class It, class Op>
[[nodiscard]] constexpr item_handling choose_item_handling() {
  using reference = decltype(*std::declval<It&>());
  using item = stored_item_t<It>;
  if constexpr (!std::is_object_v<item> || !std::move_constructible<item>) {
    return item_handling::untouched;
  } else if constexpr (std::same_as<reference, item&> || std::same_as<reference, const item&>) {
    constexpr bool can_be_taken = std::copy_constructible<item> || std::same_as<reference, item&>;
    return can_be_taken ? item_handling::by_reference : item_handling::untouched;
  } else if constexpr (std::constructible_from<item, reference> && std::invocable<Op&, item&&> &&
                       leaves_item_alone<Op, item>) {
    return item_handling::by_value;
  } else {
    return item_handling::untouched;
  }
}

/// Calls op as a map would, for the time it takes. Returns the bytes of its result.
template <class Op, class Item>
std::size_t call_for_nothing(Op& op, Item&& item) {
  if constexpr (std::is_void_v<std::invoke_result_t<Op&, Item>>) {
    std::invoke(op, std::forward<Item>(item));
    return 0;
  } else {
    auto&& result = std::invoke(op, std::forward<Item>(item));
    pretend_to_read(result);
    return size_in_bytes<std::remove_cvref_t<decltype(result)>>{}(result);
  }
}

template <class It, class Op>
inline constexpr item_handling item_handling_of = choose_item_handling<It, Op>();

/// The source, its iterators, which may point into it, and what was taken from it.
/// Range: T& refers to the source, T owns it.
template <class Range, item_handling Handling>
struct sampled_source {
  using source_iterator = iterator_of<Range>;
  using source_reference = decltype(*std::declval<source_iterator&>());
  using item = stored_item_t<source_iterator>;
  using reference =
      std::conditional_t<Handling == item_handling::by_value, item&&, source_reference>;

  explicit sampled_source(Range&& from)
      : source(std::forward<Range>(from)),
        it(range_access::first_of(source)),
        last(range_access::last_of(source)) {}

  /// Takes so many more items, fewer at the end of the source. Leaves `it` at the last one taken:
  /// ++ may have to wait for an item that nobody wants yet.
  void take(std::size_t items) {
    for (; items != 0; --items) {
      leave_taken_item();
      if (!(it != last)) {
        return;
      }
      if constexpr (std::constructible_from<item, source_reference>) {
        samples.emplace_back(*it);
      } else {
        samples.emplace_back(std::move(*it));
      }
      is_taken = true;
    }
  }

  template <class Op>
  std::size_t try_sample(Op& op, std::size_t index) {
    item& sample = samples[index];
    if constexpr (Handling == item_handling::by_reference) {
      return call_for_nothing(op, static_cast<source_reference>(sample));
    } else if constexpr (std::invocable<Op&, const item&>) {
      return call_for_nothing(op, std::as_const(sample));
    } else {
      return call_for_nothing(op, item(std::as_const(sample)));
    }
  }

  [[nodiscard]] reference current() {
    if constexpr (Handling == item_handling::untouched) {
      return *it;
    } else if constexpr (Handling == item_handling::by_reference) {
      return next != samples.size() ? static_cast<reference>(samples[next]) : *it;
    } else {
      if (next != samples.size()) {
        return std::move(samples[next]);
      }
      if (!place) {
        place.emplace(*it);
      }
      return std::move(*place);
    }
  }

  void advance() {
    if (next != samples.size()) {
      ++next;
      start_source_if_due();
      return;
    }
    place.reset();
    ++it;
  }
  void start_source_if_due() {
    if (next == samples.size()) {
      leave_taken_item();
    }
  }
  [[nodiscard]] bool is_at_end() const { return next == samples.size() && !(it != last); }

  struct nothing {};
  using storable = std::conditional_t<Handling == item_handling::untouched, nothing, item>;
  using moving = std::conditional_t<Handling == item_handling::by_value, item, nothing>;

  Range source;
  source_iterator it;
  sentinel_of<Range> last;
  std::vector<storable> samples;
  std::size_t next = 0;         ///< the sample to be read next
  bool is_taken = false;        ///< is the item at `it` among the samples?
  std::optional<moving> place;  ///< the source's current item, once it was read

 private:
  void leave_taken_item() {
    if (is_taken) {
      is_taken = false;
      ++it;
    }
  }
};

/// An input_range over a sampled source, to be read once. Movable, also while it is read.
template <class Range, item_handling Handling>
class sampled_range {
  using source = sampled_source<Range, Handling>;

 public:
  static constexpr bool is_sampled = Handling != item_handling::untouched;

  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = typename source::item;
    using difference_type = std::ptrdiff_t;

    explicit iterator(source& all) : all_(&all) {}
    iterator(iterator&&) noexcept = default;
    iterator& operator=(iterator&&) noexcept = default;
    iterator(const iterator&) = delete;
    iterator& operator=(const iterator&) = delete;
    ~iterator() = default;

    [[nodiscard]] typename source::reference operator*() const { return all_->current(); }
    iterator& operator++() {
      all_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    [[nodiscard]] friend bool operator==(const iterator& it, std::default_sentinel_t) {
      return it.all_->is_at_end();
    }

   private:
    source* all_;
  };

  explicit sampled_range(Range&& from)
      : all_(std::make_unique<source>(std::forward<Range>(from))) {}

  [[nodiscard]] iterator begin() {
    all_->start_source_if_due();
    return iterator(*all_);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return std::default_sentinel; }

  /// For the dry run.
  [[nodiscard]] source& all() noexcept { return *all_; }

 private:
  std::unique_ptr<source> all_;
};

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
