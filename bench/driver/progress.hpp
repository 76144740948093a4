// Tells on stderr how far the measurement is and when it will be over.
// Thread safety: for one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace amorsize_bench {

class progress {
 public:
  /// Of `jobs` processes. What tell() announces is not among them.
  explicit progress(std::size_t jobs);
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  ~progress();

  void done(const std::string& where);     ///< one more process; says where we are and what is left
  void tell(const std::string& what);      ///< in place of the line about the progress
  void note(const std::string& incident);  ///< stays
  [[nodiscard]] double elapsed_s() const;

 private:
  using clock = std::chrono::steady_clock;

  void show(const std::string& line, bool at_once);

  std::size_t jobs_;
  std::size_t done_ = 0;
  clock::time_point began_ = clock::now();
  clock::time_point first_job_ = clock::now();
  clock::time_point shown_{};
  bool is_terminal_;
};

}  // namespace amorsize_bench
