// Texts in memory that stand for files: words as frequent as in a natural language (Zipf's law),
// with sentences and lines. Made from a seed, the same everywhere.
// Thread safety: thread-safe, no state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

/// `blocks` texts of `least` to `most` bytes. Sizes are spread evenly over their logarithms, as
/// those of files are: many small, few large.
[[nodiscard]] std::vector<std::string> text_blocks(std::size_t blocks,
                                                   std::size_t least,
                                                   std::size_t most);

}  // namespace bench
