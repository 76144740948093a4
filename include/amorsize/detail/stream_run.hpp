// The compiled engine of streams, as the templates see it: what a stream is, erased to operations
// on batches, and the object that runs it.
//
//   inline: look_up() ──n items──> the template's own loop ──> look_up() ...
//   shared: next() ──a finished batch──> the template hands out its results ──> next() ...
//
// Thread safety: a stream_run belongs to one thread at a time; stream_body::run is called by
// several workers at once, each with a batch of its own.
#pragma once

#include <amorsize/detail/chunk_body.hpp>
#include <amorsize/detail/engines.hpp>
#include <amorsize/detail/export.hpp>
#include <amorsize/version.hpp>

#include <cstddef>
#include <memory>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

struct options;

namespace detail {

/// Consecutive items of a stream and their results. What they are only the templates know.
struct stream_batch {
  std::size_t items = 0;       ///< taken out of the source
  std::size_t done = 0;        ///< results made, from the front
  std::size_t delivered = 0;   ///< of them, handed out
  std::size_t capacity = 0;    ///< items there is room for
  std::size_t heap_bytes = 0;  ///< what the items keep alive beyond their slots
  std::size_t stale = 0;       ///< results of the use before, alive until the next ones are made
};

/// A stream, erased. All but `run` are called by the calling thread only.
struct stream_body {
  void* context = nullptr;                     ///< for run; outlives the stream_run
  std::size_t slot_bytes = 0;                  ///< one item and one result, without what they own
  stream_batch* (*make)() noexcept = nullptr;  ///< null when there is no memory
  void (*destroy)(stream_batch*) noexcept = nullptr;
  /// Makes room for so many items in an empty batch. False when there is no memory.
  bool (*reserve)(stream_batch&, std::size_t items) noexcept = nullptr;
  /// Takes items out of the source until the batch has `most`. False: the source has ended. May
  /// throw what the source throws; the items before that are in the batch.
  bool (*fill)(void* source, stream_batch&, std::size_t most) = nullptr;
  /// Makes the results of a block. May throw what the callable throws.
  void (*run)(void* context, stream_batch&, item_block&) = nullptr;
  /// What the results keep alive beyond their slots; null when that is nothing.
  std::size_t (*result_bytes)(const stream_batch&) noexcept = nullptr;
  /// Destroys what is left; the room stays.
  void (*clear)(stream_batch&) noexcept = nullptr;
  /// Destroys the items and leaves the results to `run`, which destroys them where they stand in
  /// its way: what they own is then free for those that come next, and nothing in between. Null
  /// when results may still need their items.
  void (*retire)(stream_batch&) noexcept = nullptr;
};

/// What a stream without options knows before it is worth an engine: how its plain loop goes.
struct stream_pace {
  double began_ns = 0.0;
  double looked_up_ns = 0.0;  ///< when the clock was read last; 0 = never
  double cost_ns = 0.0;       ///< per item, of the newest block
  double believed_ns = 0.0;   ///< work done, by costs that two blocks agree upon
  std::size_t block = 1;      ///< items until the next look at the clock
  std::size_t items = 0;      ///< done
};

/// The calling thread has processed `items` more, inline. Says when an engine is worth having.
///
/// Overhead: one reading of the clock, at most once in 10 us of work from the third call on.
[[nodiscard]] AMORSIZE_API bool look_up(stream_pace& pace, std::size_t items) noexcept;

/// Runs one stream from its first item (or from where a stream_pace stands) to its end.
class AMORSIZE_API stream_run {
 public:
  /// how: outlives the run; may be null. before: what was done inline already; may be null.
  /// Throws bad_option, or cancelled when a stop was requested before.
  stream_run(const options* how, const stream_body& body, const stream_pace* before);
  stream_run(const stream_run&) = delete;
  stream_run& operator=(const stream_run&) = delete;
  /// Cancels what is left, waits for running items, fills the report if nobody has.
  ~stream_run();

  /// The calling thread has given `items` more to the callable, all of them completed and
  /// delivered; result_bytes: what one of the results keeps alive. Returns how many it does inline
  /// next; 0 = the rest goes through next(). Throws cancelled, and what on_progress throws.
  [[nodiscard]] std::size_t look_up(std::size_t items, std::size_t result_bytes);

  /// The next batch whose results [delivered, done) are to be handed out, all of them before the
  /// next call; null when nothing is in flight and the stream has ended or goes on inline.
  /// source: for stream_body::fill. Throws what the lowest failing item or the source threw, after
  /// all results before it have been handed out; cancelled; what on_progress throws.
  [[nodiscard]] stream_batch* next(void* source);

  /// May a stop be requested? Then check_stop() is called after each result of a batch: it throws
  /// cancelled when one was.
  [[nodiscard]] bool watches() const noexcept;
  void check_stop();
  /// Has the source ended, and everything been handed out?
  [[nodiscard]] bool has_ended() const noexcept;

  /// The stream is over, its last `items` were inline. Calls on_progress, fills the report.
  void finish(std::size_t items);
  /// The stream is given up after `items` more inline ones: cancels, waits for running items, fills
  /// the report. Does nothing the second time.
  void abandon(std::size_t items) noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
