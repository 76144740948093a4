// The arguments of the programs that write a table and a picture of the engine in virtual time.
// Thread safety: a value; reading them is a pure function.
#pragma once

#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace amorsize_tests {

/// Workers that take seconds, not minutes, to simulate.
inline constexpr std::size_t quick_up_to = 64;

struct table_arguments {
  bool is_quick = false;
  std::string only;  ///< rows whose name contains it
  std::filesystem::path folder;

  /// Of the rising numbers of workers those that are wanted.
  [[nodiscard]] std::vector<std::size_t> workers(const std::vector<std::size_t>& all) const {
    std::vector<std::size_t> wanted;
    for (const std::size_t one : all) {
      if (!is_quick || one <= quick_up_to) {
        wanted.push_back(one);
      }
    }
    return wanted;
  }
};

/// [--quick] [--only NAME] OUTPUT_FOLDER; nothing where the folder is missing.
[[nodiscard]] inline std::optional<table_arguments> read_table_arguments(int count,
                                                                         char** arguments) {
  table_arguments with;
  for (int i = 1; i < count; ++i) {
    const std::string one = arguments[i];
    if (one == "--quick") {
      with.is_quick = true;
    } else if (one == "--only" && i + 1 < count) {
      with.only = arguments[++i];
    } else {
      with.folder = one;
    }
  }
  return with.folder.empty() ? std::nullopt : std::optional(with);
}

/// main() of such a program. Exit code: 0; 1 if a file could not be written; 2 if there is no
/// folder.
inline int write_table(int count,
                       char** arguments,
                       const char* program,
                       void (*write)(const table_arguments&)) {
  const std::optional<table_arguments> with = read_table_arguments(count, arguments);
  if (!with) {
    std::fprintf(stderr, "usage: %s [--quick] [--only NAME] OUTPUT_FOLDER\n", program);
    return 2;
  }
  try {
    write(*with);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", program, error.what());
    return 1;
  }
  return 0;
}

}  // namespace amorsize_tests
