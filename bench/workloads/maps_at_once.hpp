// Several threads of a program map at the same time, as in a server. The threads are made once;
// each round they are let go together, and it ends when the last of them is done.
// Thread safety: for the main thread only.
#pragma once

#include "workloads/hash_items.hpp"

#include <barrier>
#include <cstddef>
#include <thread>
#include <vector>

namespace bench {

template <class Implementation>
class maps_at_once : public hash_items {
 public:
  /// Each thread maps its own `items` items.
  maps_at_once(std::size_t threads, std::size_t items, double item_ns)
      : hash_items(threads * items, item_ns),
        begin_(static_cast<std::ptrdiff_t>(threads) + 1),
        end_(static_cast<std::ptrdiff_t>(threads) + 1) {
    for (std::size_t k = 0; k < threads; ++k) {
      threads_.emplace_back([=, this] { serve(k * items, items); });
    }
  }
  maps_at_once(const maps_at_once&) = delete;
  maps_at_once& operator=(const maps_at_once&) = delete;

  ~maps_at_once() {
    over_ = true;
    begin_.arrive_and_wait();
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

  /// One round: every thread maps once.
  void map_all() {
    begin_.arrive_and_wait();
    end_.arrive_and_wait();
  }

 private:
  void serve(std::size_t first, std::size_t items) {
    for (;;) {
      begin_.arrive_and_wait();
      if (over_) {
        return;
      }
      Implementation::map(in.data() + first, items, out.data() + first, op());
      end_.arrive_and_wait();
    }
  }

  std::barrier<> begin_;
  std::barrier<> end_;
  bool over_ = false;  // written by the main thread before begin_, read by the others after it
  std::vector<std::thread> threads_;
};

}  // namespace bench
