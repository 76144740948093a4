#include "runtime/probe/cpu_affinity.hpp"
#include "runtime/probe/preserved_errno.hpp"

#include <bit>
#include <unistd.h>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

#if defined(__linux__)

/// Tried in this order: the kernel refuses a buffer with fewer bits than it was built for (8192 at
/// most on today's machines), and a larger one costs time to clear.
constexpr std::array<std::size_t, 3> sizes_in_words = {
    std::size_t{16}, std::size_t{128}, cpu_set::most_words};

bool read_words(cpu_set& mask, std::size_t words, thread_handle of) noexcept {
  // cpu_set_t is an array of unsigned long; only the kernel and the C library look at it as one.
  static_assert(sizeof(unsigned long) == sizeof(std::uint64_t) ||
                std::endian::native == std::endian::little);
  auto* const set = reinterpret_cast<cpu_set_t*>(mask.words.data());
  const std::size_t bytes = words * sizeof(std::uint64_t);
  return of == 0 ? ::sched_getaffinity(0, bytes, set) == 0
                 : ::pthread_getaffinity_np(of, bytes, set) == 0;
}

#endif

}  // namespace

std::size_t cpu_set::count() const noexcept {
  std::size_t cpus = 0;
  for (std::size_t i = 0; i < used_words; ++i) {
    cpus += static_cast<std::size_t>(std::popcount(words[i]));
  }
  return cpus;
}

bool cpu_set::contains(std::size_t cpu) const noexcept {
  const std::size_t word = cpu / bits_per_word;
  return word < used_words && ((words[word] >> (cpu % bits_per_word)) & 1U) != 0;
}

void cpu_set::insert(std::size_t cpu) noexcept {
  const std::size_t word = cpu / bits_per_word;
  if (word >= most_words) {
    return;
  }
  while (used_words <= word) {
    words[used_words++] = 0;
  }
  words[word] |= std::uint64_t{1} << (cpu % bits_per_word);
}

thread_handle this_thread() noexcept {
#if defined(__linux__)
  return ::pthread_self();
#else
  return 0;
#endif
}

bool read_cpu_affinity(cpu_set& mask, [[maybe_unused]] thread_handle of) noexcept {
  const preserved_errno keep;
#if defined(__linux__)
  for (const std::size_t words : sizes_in_words) {
    if (read_words(mask, words, of)) {
      mask.used_words = words;
      return true;
    }
  }
#endif
  mask.used_words = 0;
  return false;
}

std::size_t online_cpus() noexcept {
  const preserved_errno keep;
  const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? static_cast<std::size_t>(online) : 1;
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
