#include "workloads/random.hpp"
#include "workloads/text_blocks.hpp"

#include <cmath>
#include <cstdint>
#include <string_view>

namespace bench {
namespace {

constexpr std::size_t vocabulary = 4096;
constexpr std::uint64_t text_seed = 7;

/// A word that can be pronounced, more or less; frequent ones are short.
std::string word(std::size_t rank) {
  constexpr std::string_view consonants = "tnsrhldcmfpgwybvk";
  constexpr std::string_view vowels = "eaoiu";
  random_numbers random(rank);
  const std::size_t syllables =
      1 + static_cast<std::size_t>(std::log2(static_cast<double>(rank) + 1.0)) / 4;
  std::string text;
  for (std::size_t i = 0; i < syllables; ++i) {
    text += consonants[random.below(consonants.size())];
    text += vowels[random.below(vowels.size())];
    if (random.below(2) == 0) {
      text += consonants[random.below(consonants.size())];
    }
  }
  return text;
}

std::vector<std::string> all_words() {
  std::vector<std::string> words;
  for (std::size_t rank = 0; rank < vocabulary; ++rank) {
    words.push_back(word(rank));
  }
  return words;
}

std::string text(std::size_t size, const std::vector<std::string>& words, random_numbers& random) {
  std::string result;
  result.reserve(size + 32);
  std::size_t line_begin = 0;
  while (result.size() < size) {
    // Evenly spread over the logarithm of the rank: the frequency falls as 1 / rank.
    const double rank = std::pow(static_cast<double>(vocabulary), random.fraction()) - 1.0;
    result += words[static_cast<std::size_t>(rank)];
    if (random.below(12) == 0) {
      result += '.';
    }
    const bool line_is_full = result.size() - line_begin > 72;
    result += line_is_full ? '\n' : ' ';
    if (line_is_full) {
      line_begin = result.size();
    }
  }
  result.resize(size);
  return result;
}

}  // namespace

std::vector<std::string> text_blocks(std::size_t blocks, std::size_t least, std::size_t most) {
  const std::vector<std::string> words = all_words();
  const double ratio = static_cast<double>(most) / static_cast<double>(least);
  random_numbers random(text_seed);
  std::vector<std::string> result;
  for (std::size_t i = 0; i < blocks; ++i) {
    const double size = static_cast<double>(least) * std::pow(ratio, random.fraction());
    result.push_back(text(static_cast<std::size_t>(size), words, random));
  }
  return result;
}

}  // namespace bench
