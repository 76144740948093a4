// The workload of the cell that is running. Google Benchmark calls the function of a cell several
// times with rising numbers of iterations; the input is made at the first of them, and freed when
// another cell begins (one takes a gigabyte).
// Thread safety: for the main thread only.
#pragma once

#include <memory>
#include <string>

namespace bench {

class kept_workload {
 public:
  /// The workload of `cell`: the one kept, or a new one made by `make`. `first` tells which.
  template <class Make>
  [[nodiscard]] auto& of(const std::string& cell, const Make& make, bool& first) {
    using workload = decltype(make());
    first = cell != cell_;
    if (first) {
      drop();
      workload_ = std::shared_ptr<workload>(new workload(make()));  // some cannot be moved
      cell_ = cell;
    }
    return *static_cast<workload*>(workload_.get());
  }

  /// Ends the threads and processes that the workload may have.
  void drop() {
    workload_.reset();
    cell_.clear();
  }

 private:
  std::string cell_;
  std::shared_ptr<void> workload_;
};

/// The one of this process.
[[nodiscard]] kept_workload& the_workload();

}  // namespace bench
