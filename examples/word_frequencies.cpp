// Which words are the most frequent in a text that does not fit in memory?
//   example_word_frequencies [FILE]     a generated text of 200,000 lines if none is given
//
// Pages go through views::parallel_map as they are read; few are in memory at any time.
#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

/// A hundred lines.
struct page {
  std::string text;
  friend std::istream& operator>>(std::istream& from, page& to) {
    to.text.clear();
    std::string line;
    for (int i = 0; i < 100 && std::getline(from, line); ++i) {
      to.text += line + '\n';
    }
    if (!to.text.empty() && from.eof()) {
      from.clear(std::ios::eofbit);  // the last page is one, too
    }
    return from;
  }
};

using frequencies = std::map<std::string, long>;

frequencies count_words(const page& one) {
  std::istringstream words(one.text);
  frequencies counts;
  for (std::string word; words >> word;) {
    ++counts[word];
  }
  return counts;
}

std::string generated_text(std::size_t lines) {
  const std::vector<std::string> known{"to", "be", "or", "not", "that", "is", "the", "question"};
  std::minstd_rand random(1);
  std::string text;
  for (std::size_t i = 0; i < 12 * lines; ++i) {
    text += known[random() % (1 + random() % known.size())] + (i % 12 == 11 ? '\n' : ' ');
  }
  return text;
}

int main(int argc, char** argv) {
  std::ifstream file(argc > 1 ? argv[1] : "");
  std::istringstream generated(argc > 1 ? "" : generated_text(200'000));
  std::istream& input = argc > 1 ? static_cast<std::istream&>(file) : generated;
  frequencies all;
  amorsize::report report;
  for (auto&& counts : std::ranges::istream_view<page>(input) |
                           amorsize::views::parallel_map(count_words, {.report = &report})) {
    for (const auto& [word, count] : counts) {
      all[word] += count;
    }
  }
  std::vector<std::pair<long, std::string>> sorted;
  for (const auto& [word, count] : all) {
    sorted.emplace_back(count, word);
  }
  std::sort(sorted.rbegin(), sorted.rend());
  for (std::size_t i = 0; i < std::min<std::size_t>(10, sorted.size()); ++i) {
    std::cout << sorted[i].first << ' ' << sorted[i].second << '\n';
  }
  std::cout << report;
  return sorted.empty() ? 1 : 0;
}
