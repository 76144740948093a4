// How items are taken out of a source, and how a batch of them and their results is stored.
// Thread safety: a batch is filled, handed out and cleared by the calling thread, and run by one
// worker in between; the executor hands it over.
#pragma once

#include <amorsize/detail/chunk_body.hpp>
#include <amorsize/detail/map_concepts.hpp>
#include <amorsize/detail/stream_run.hpp>
#include <amorsize/version.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <new>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace detail {

/// Raw room for elements, aligned for them; constructs and destroys nothing.
template <class T>
class slab {
 public:
  slab() = default;
  slab(const slab&) = delete;
  slab& operator=(const slab&) = delete;
  ~slab() { release(); }

  [[nodiscard]] bool allocate(std::size_t elements) noexcept {
    release();
    if (elements > static_cast<std::size_t>(-1) / sizeof(T)) {
      return false;
    }
    at_ = static_cast<T*>(
        ::operator new (elements * sizeof(T), std::align_val_t{alignof(T)}, std::nothrow));
    return at_ != nullptr;
  }
  [[nodiscard]] T* at(std::size_t i) const noexcept { return at_ + i; }

 private:
  void release() noexcept {
    ::operator delete (static_cast<void*>(at_), std::align_val_t{alignof(T)});
    at_ = nullptr;
  }
  T* at_ = nullptr;
};

template <class It>
concept legacy_forward = requires {
  requires std::derived_from<typename std::iterator_traits<It>::iterator_category,
                             std::forward_iterator_tag>;
};

/// References of different iterators to one element are the same object: they may be kept.
template <class It>
concept revisitable = std::forward_iterator<It> || legacy_forward<It>;

template <class It>
using reference_of = decltype(*std::declval<It&>());

/// Elements of a multi-pass source stay where they are: a batch keeps pointers.
template <class It>
concept kept_by_pointer = revisitable<It> && std::is_lvalue_reference_v<reference_of<It>>;

/// Elements of other sources are moved or copied out. Not proxies, which still refer to the source,
/// and not what is itself a single-pass range, which reads on in it.
template <class It>
concept kept_by_value =
    !kept_by_pointer<It> &&
    std::constructible_from<std::remove_cvref_t<reference_of<It>>, reference_of<It>> &&
    std::is_object_v<std::remove_cvref_t<reference_of<It>>> &&
    (std::is_reference_v<reference_of<It>> ||
     requires {
       requires std::same_as<std::remove_cvref_t<reference_of<It>>, std::iter_value_t<It>>;
     }) &&
    !(std::ranges::input_range<std::remove_cvref_t<reference_of<It>>> &&
      !std::ranges::forward_range<std::remove_cvref_t<reference_of<It>>>);

template <class It>
concept keepable = kept_by_pointer<It> || kept_by_value<It>;

/// How one item is stored, and handed to the callable as what `*it` was.
template <class It>
struct kept_item {
  static constexpr bool by_pointer = kept_by_pointer<It>;
  using reference = reference_of<It>;
  using value = std::remove_cvref_t<reference>;
  using type =
      std::conditional_t<by_pointer, std::add_pointer_t<std::remove_reference_t<reference>>, value>;
  using passed = std::conditional_t<std::is_lvalue_reference_v<reference>, reference, value&&>;
  static constexpr bool is_bare = by_pointer || std::is_trivially_copyable_v<value>;

  static void take(void* to, It& from) {
    if constexpr (by_pointer) {
      ::new (to) type(std::addressof(*from));
    } else {
      ::new (to) type(*from);
    }
  }
  [[nodiscard]] static passed pass(type& item) noexcept {
    if constexpr (by_pointer) {
      return static_cast<passed>(*item);
    } else {
      return static_cast<passed>(item);
    }
  }
};

/// Calls op as the loops do.
template <class Op, class... Items>
[[gnu::always_inline]] inline decltype(auto) call_with(Op& op, Items&&... items) {
  if constexpr (is_member<Op>) {
    return std::invoke(op, std::forward<Items>(items)...);
  } else {
    return op(std::forward<Items>(items)...);
  }
}

template <class Op, class... Its>
using call_result =
    decltype(call_with(std::declval<Op&>(), std::declval<typename kept_item<Its>::passed>()...));

/// Asked about an rvalue first: a callable that changes its argument through auto& is not even
/// looked into for a copy that nobody would see changed.
template <class It>
using probe_argument = std::conditional_t<kept_by_pointer<It>,
                                          typename kept_item<It>::passed,
                                          typename kept_item<It>::value&&>;

/// Items can be kept, and op called for them later, through const Op&, on another thread.
template <class Op, class... Its>
concept streamable = (keepable<Its> && ...) &&
                     std::invocable<const Op&, probe_argument<Its>...>&& std::
                         invocable<const Op&, typename kept_item<Its>::passed...>&& requires {
  requires !std::is_void_v<call_result<const Op, Its...>>;
  requires std::constructible_from<std::decay_t<call_result<const Op, Its...>>,
                                   call_result<const Op, Its...>>;
};

/// How a stored result is handed out: as what the call returned.
template <class Result>
using handed_out = std::conditional_t<
    std::is_lvalue_reference_v<Result>,
    std::add_lvalue_reference_t<std::conditional_t<std::is_const_v<std::remove_reference_t<Result>>,
                                                   const std::decay_t<Result>,
                                                   std::decay_t<Result>>>,
    std::decay_t<Result>&&>;

/// Bytes of a value beyond its slot.
template <class T>
[[nodiscard]] std::size_t bytes_beyond(const T& value) noexcept {
  const std::size_t all = size_in_bytes<T>{}(value);
  return all > sizeof(T) ? all - sizeof(T) : 0;
}

/// May objects of the type own memory, as far as can be known without asking each?
template <class T>
inline constexpr bool may_own_memory =
    !std::is_arithmetic_v<T> && !std::is_enum_v<T> && !std::is_pointer_v<T>;

/// A batch. Items live until it is cleared: results may refer to them. So do the results, which
/// have been handed out as rvalues by then.
template <class Op, class... Its>
struct typed_batch : stream_batch {
  using result = std::decay_t<call_result<const Op, Its...>>;

  std::tuple<slab<typename kept_item<Its>::type>...> kept;
  slab<result> results;

  [[nodiscard]] static typed_batch& of(stream_batch& batch) noexcept {
    return static_cast<typed_batch&>(batch);
  }

  static stream_batch* make() noexcept { return new (std::nothrow) typed_batch; }
  static void destroy(stream_batch* batch) noexcept {
    if (batch != nullptr) {
      clear(*batch);
      delete &of(*batch);
    }
  }
  static bool reserve(stream_batch& batch, std::size_t items) noexcept {
    // Room for much more than is needed is given back: it counts in nobody's window.
    constexpr std::size_t too_much = 8;
    if (batch.capacity >= items && batch.capacity / too_much < items) {
      return true;
    }
    typed_batch& self = of(batch);
    self.destroy_stale();
    self.capacity = 0;
    const bool had =
        std::apply([&](auto&... one) { return (one.allocate(items) && ...); }, self.kept) &&
        self.results.allocate(items);
    if (had) {
      self.capacity = items;
    }
    return had;
  }
  static void clear(stream_batch& batch) noexcept {
    typed_batch& self = of(batch);
    self.destroy_stale();
    std::destroy(self.results.at(0), self.results.at(0) + std::exchange(self.done, 0));
    retire(batch);
  }
  static void retire(stream_batch& batch) noexcept {
    typed_batch& self = of(batch);
    self.stale += std::exchange(self.done, 0);  // one of the two is zero: run destroys them first
    std::apply([&](auto&... one) { (std::destroy(one.at(0), one.at(0) + self.items), ...); },
               self.kept);
    self.items = self.delivered = 0;
    self.heap_bytes = 0;
  }
  void destroy_stale() noexcept {
    std::destroy(results.at(0), results.at(0) + std::exchange(stale, 0));
  }
  static std::size_t result_bytes(const stream_batch& batch) noexcept {
    const typed_batch& self = static_cast<const typed_batch&>(batch);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < self.done; ++i) {
      bytes += bytes_beyond(*self.results.at(i));
    }
    return bytes;
  }

  static void run(void* context, stream_batch& batch, item_block& block) {
    typed_batch& self = of(batch);
    const Op& op = *static_cast<const Op*>(context);
    self.destroy_stale();
    std::size_t index = block.first;
    const progress_mark mark(block.next, index);
    const progress_mark made(self.done, index);
    if (block.limit == nullptr) {
      for (const std::size_t last = block.last; index != last; ++index) {
        self.make_result(op, index, std::index_sequence_for<Its...>{});
      }
      return;
    }
    for (; index < block.last && index < block.limit->load(std::memory_order_relaxed); ++index) {
      self.make_result(op, index, std::index_sequence_for<Its...>{});
    }
  }

  template <std::size_t... I>
  [[gnu::always_inline]] void make_result(const Op& op,
                                          std::size_t index,
                                          std::index_sequence<I...>) {
    ::new (static_cast<void*>(results.at(index)))
        result(call_with(op, kept_item<Its>::pass(*std::get<I>(kept).at(index))...));
  }
};

/// Where a source stands. The step away from an item is taken when the next one is wanted: it may
/// block, and the item before it can be worked on meanwhile.
template <class Sentinel, class It, class... Others>
struct stream_source {
  It& first;
  const Sentinel& last;
  std::tuple<Others&...> others;
  bool must_step = false;

  void step() {
    if (must_step) {
      must_step = false;
      step_away();
    }
  }

  /// stream_body::fill for batches of Op over these iterators.
  template <class Op>
  static bool fill(void* source, stream_batch& to, std::size_t most) {
    stream_source& self = *static_cast<stream_source*>(source);
    auto& batch = typed_batch<Op, It, Others...>::of(to);
    std::size_t items = batch.items;
    const progress_mark mark(batch.items, items);
    self.step();
    for (;;) {
      if (!(self.first != self.last)) {
        return false;
      }
      self.take_into(batch, items, std::index_sequence_for<Others...>{});
      if (++items == most) {
        self.must_step = true;
        return true;
      }
      self.step_away();
    }
  }

 private:
  [[gnu::always_inline]] void step_away() {
    ++first;
    std::apply([](auto&... other) { (static_cast<void>(++other), ...); }, others);
  }

  template <class Batch, std::size_t... I>
  [[gnu::always_inline]] void take_into(Batch& batch, std::size_t at, std::index_sequence<I...>) {
    auto* const slot = std::get<0>(batch.kept).at(at);
    kept_item<It>::take(slot, first);
    if constexpr (sizeof...(Others) > 0) {
      if constexpr (kept_item<It>::is_bare) {
        (kept_item<Others>::take(std::get<I + 1>(batch.kept).at(at), std::get<I>(others)), ...);
      } else {
        try {
          (kept_item<Others>::take(std::get<I + 1>(batch.kept).at(at), std::get<I>(others)), ...);
        } catch (...) {
          std::destroy_at(slot);
          throw;
        }
      }
    }
    if constexpr (!kept_item<It>::is_bare && may_own_memory<typename kept_item<It>::value>) {
      batch.heap_bytes += bytes_beyond(*slot);
    }
  }
};

/// May a result still be destroyed when its item is gone? With std::transform it has to be where
/// the item is a temporary; elements of a multi-pass source stay. Elsewhere its destructor may look
/// at it.
template <class It>
inline constexpr bool result_outlives_item =
    kept_by_pointer<It> || !std::is_reference_v<reference_of<It>>;

/// The operations of a stream of op over these iterators. op outlives the stream_run.
template <class Sentinel, class Op, class It, class... Others>
[[nodiscard]] stream_body stream_body_of(const Op& op) noexcept {
  using batch = typed_batch<Op, It, Others...>;
  stream_body body;
  body.context = const_cast<Op*>(std::addressof(op));
  body.slot_bytes = sizeof(typename batch::result) + sizeof(typename kept_item<It>::type) +
                    (sizeof(typename kept_item<Others>::type) + ... + 0);
  body.make = &batch::make;
  body.destroy = &batch::destroy;
  body.reserve = &batch::reserve;
  body.fill = &stream_source<Sentinel, It, Others...>::template fill<Op>;
  body.run = &batch::run;
  if constexpr (may_own_memory<typename batch::result>) {
    body.result_bytes = &batch::result_bytes;
  }
  body.clear = &batch::clear;
  if constexpr (!std::is_trivially_copyable_v<typename batch::result> &&
                (result_outlives_item<It> && ... && result_outlives_item<Others>)) {
    body.retire = &batch::retire;
  }
  return body;
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
