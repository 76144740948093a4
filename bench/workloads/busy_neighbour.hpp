// The machine is not ours alone: another process needs a CPU all the time.
// Thread safety: its op is thread-safe.
#pragma once

#include "workloads/hash_items.hpp"

#include <cstddef>
#include <sys/types.h>

namespace bench {

/// A child process that spins for as long as this object lives; it dies with its parent, too.
class spinning_process {
 public:
  /// Throws std::system_error when there can be no process.
  spinning_process();
  spinning_process(const spinning_process&) = delete;
  spinning_process& operator=(const spinning_process&) = delete;
  ~spinning_process();

 private:
  pid_t child_;
};

class busy_neighbour : public hash_items {
 public:
  busy_neighbour(std::size_t items, double item_ns) : hash_items(items, item_ns) {}

 private:
  spinning_process neighbour_;
};

}  // namespace bench
