// How much faster are all regular files under a folder compressed? example_compress_tree [FOLDER]
//
// The files are read into memory first. Then zlib compresses them with std::transform and with
// amorsize::parallel_map, in turn, twice each; the better times count, and the results must be the
// same byte for byte.
#include <amorsize/amorsize.hpp>

#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

struct tree {
  std::vector<std::string> files = {};  ///< what is in them
  std::uint64_t bytes = 0;
  std::size_t unreadable = 0;  ///< files and folders that may not be read, or have just gone
};

/// Returns whether it could be read. Some files under /proc are endless, hence most_bytes.
bool read_file(const fs::path& path, std::uint64_t most_bytes, tree& into) {
  // A pipe or a link that has just taken the file's place must neither block nor lead elsewhere.
  const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) {
    return false;
  }
  std::string content;
  std::vector<char> part(65536);
  ::ssize_t got = 0;
  do {
    got = ::read(file, part.data(), part.size());
    content.append(part.data(), static_cast<std::size_t>(std::max<::ssize_t>(got, 0)));
  } while (got > 0 && into.bytes + content.size() <= most_bytes);
  ::close(file);
  if (got > 0) {
    throw std::runtime_error("holds too much for the memory of this machine");
  }
  if (got == 0) {
    into.bytes += content.size();
    into.files.push_back(std::move(content));
  }
  return got == 0;
}

/// Symbolic links below root are not followed, so there is no way out and no cycle.
tree read_tree(const fs::path& root, std::uint64_t most_bytes) {
  tree found;
  std::vector<fs::path> folders{root};
  while (!folders.empty()) {
    const fs::path folder = folders.back();
    folders.pop_back();
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      std::error_code gone;
      const fs::file_status status = entry->symlink_status(gone);
      if (fs::is_directory(status)) {
        folders.push_back(entry->path());
      } else if (fs::is_regular_file(status) && !read_file(entry->path(), most_bytes, found)) {
        ++found.unreadable;
      }
    }
    found.unreadable += error ? 1 : 0;
  }
  return found;
}

std::string compressed(const std::string& content) {
  uLongf size = ::compressBound(content.size());
  std::string result(size, '\0');
  const auto* bytes = reinterpret_cast<const Bytef*>(content.data());
  if (::compress2(reinterpret_cast<Bytef*>(result.data()), &size, bytes, content.size(), 6) != 0) {
    throw std::runtime_error("holds a file that zlib cannot compress");
  }
  return result.substr(0, size);
}

/// Returns whether both ways give the same.
bool compress_both_ways(const tree& found) {
  std::vector<std::string> expected(found.files.size());
  std::vector<std::string> results(found.files.size());
  amorsize::report report;
  auto serial = std::chrono::nanoseconds::max();
  auto mapped = std::chrono::nanoseconds::max();
  for (int round = 0; round < 2; ++round) {
    amorsize::report latest;
    const auto began = std::chrono::steady_clock::now();
    std::transform(found.files.begin(), found.files.end(), expected.begin(), compressed);
    const auto between = std::chrono::steady_clock::now();
    amorsize::parallel_map(found.files, results.begin(), compressed, {.report = &latest});
    const auto ended = std::chrono::steady_clock::now();
    report = ended - between < mapped ? latest : report;
    mapped = std::min(mapped, ended - between);
    serial = std::min(serial, between - began);
  }
  using seconds = std::chrono::duration<double>;
  std::cout << "files      " << found.files.size() << " (unreadable: " << found.unreadable << ")\n"
            << "bytes      " << found.bytes << "\n"
            << "serial     " << seconds(serial).count() << " s\n"
            << "amorsize   " << seconds(mapped).count() << " s\n"
            << "speed-up   " << seconds(serial) / mapped << "\n"
            << "n_jobs     " << report.n_jobs << "\n"
            << "chunksize  " << report.chunksize << "\n"
            << "reason     " << report.reason << "\n";
  for (const std::string& warning : report.warnings) {
    std::cout << "warning    " << warning << "\n";
  }
  const bool is_same = results == expected;
  std::cout << "results    " << (is_same ? "the same, byte for byte" : "DIFFERENT") << "\n";
  return is_same;
}

int main(int count, char** arguments) {
  const std::string folder = count > 1 ? arguments[1] : "/usr/include";
  try {
    if (!fs::is_directory(folder)) {
      throw std::runtime_error(fs::exists(folder) ? "is not a folder" : "does not exist");
    }
    // A quarter: there will be the files, two compressed copies, and what compressing takes.
    const std::uint64_t available = amorsize::this_machine().memory_available;
    const tree found = read_tree(folder, available > 0 ? available / 4 : std::uint64_t{1} << 30U);
    if (found.files.empty()) {
      throw std::runtime_error(found.unreadable > 0 ? "holds no file that can be read"
                                                    : "holds no regular file");
    }
    return compress_both_ways(found) ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "compress_tree: '" << folder << "': " << error.what() << "\n";
    return 1;
  }
}
