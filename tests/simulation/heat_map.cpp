#include "tests/simulation/heat_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <sstream>

namespace amorsize_tests {
namespace {

// In pixels.
constexpr int margin = 16;
constexpr int names_width = 120;
constexpr int field_width = 46;
constexpr int field_height = 20;
constexpr int headline_height = 34;
constexpr int title_height = 22;
constexpr int heads_height = 18;
constexpr int below_height = 44;
constexpr int legend_height = 40;

/// From so many times up, or so many times down, the colour does not change any more.
constexpr double outermost_ratio = 4.0;
constexpr std::array<double, 9> legend_ratios{0.25, 0.5, 0.8, 1.0, 1.1, 1.25, 1.5, 2.0, 4.0};

struct colour {
  double red;
  double green;
  double blue;
};

// 1 is pale green. Above by yellow to dark red, below to dark blue: told apart with any kind of
// colour vision, because both ends also darken.
constexpr std::array<colour, 4> above{
    {{0xd5, 0xee, 0xe6}, {0xf6, 0xe2, 0x9a}, {0xe8, 0x90, 0x4f}, {0x8e, 0x1b, 0x2c}}};
constexpr std::array<colour, 3> below{{{0xd5, 0xee, 0xe6}, {0x7f, 0xb2, 0xdd}, {0x1e, 0x3f, 0x7a}}};

template <std::size_t n>
colour between(const std::array<colour, n>& scale, double part) {
  const double place = std::clamp(part, 0.0, 1.0) * static_cast<double>(n - 1);
  const auto at = std::min(static_cast<std::size_t>(place), n - 2);
  const double rest = place - static_cast<double>(at);
  const auto mix = [rest](double a, double b) { return a + rest * (b - a); };
  return {mix(scale[at].red, scale[at + 1].red),
          mix(scale[at].green, scale[at + 1].green),
          mix(scale[at].blue, scale[at + 1].blue)};
}

colour colour_of(double ratio) {
  const double place = std::log(ratio) / std::log(outermost_ratio);
  return place >= 0.0 ? between(above, place) : between(below, -place);
}

bool is_dark(const colour& of) {
  return 0.3 * of.red + 0.6 * of.green + 0.1 * of.blue < 120;
}

std::string hex(const colour& of) {
  std::array<char, 16> text{};
  std::snprintf(text.data(),
                text.size(),
                "#%02x%02x%02x",
                static_cast<unsigned>(of.red),
                static_cast<unsigned>(of.green),
                static_cast<unsigned>(of.blue));
  return text.data();
}

std::string number(double ratio) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), ratio < 9.995 ? "%.2f" : "%.1f", ratio);
  return text.data();
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '&':
        result += "&amp;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

class picture {
 public:
  std::string draw(const std::string& headline, const std::vector<heat_map>& maps) {
    int width = 0;
    int top = headline_height;
    std::ostringstream body;
    out_.swap(body);
    for (std::size_t i = 0; i < maps.size(); i += 2) {
      draw_map(maps[i], margin, top);
      int right = margin + width_of(maps[i]);
      int next = top + height_of(maps[i]);
      if (i + 1 < maps.size()) {
        draw_map(maps[i + 1], right + 2 * margin, top);
        right += 2 * margin + width_of(maps[i + 1]);
        next = std::max(next, top + height_of(maps[i + 1]));
      }
      width = std::max(width, right + margin);
      top = next;
    }
    draw_legend(top);
    out_.swap(body);
    open(headline, width, top + legend_height);
    out_ << body.str() << "</svg>\n";
    return out_.str();
  }

 private:
  static int width_of(const heat_map& map) {
    return names_width + static_cast<int>(map.columns.size()) * field_width;
  }
  static int height_of(const heat_map& map) {
    return title_height + heads_height + static_cast<int>(map.rows.size()) * field_height +
           below_height;
  }

  void open(const std::string& headline, int width, int height) {
    out_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << " " << height
         << "\" width=\"" << width << "\" height=\"" << height << "\" role=\"img\">\n"
         << "<title>" << escaped(headline) << "</title>\n"
         << "<style>\n"
            "text{font:11px sans-serif;fill:#1b1f24}\n"
            ".paper{fill:#fff}.headline{font-size:14px;font-weight:bold}.title{font-weight:bold}\n"
            ".quiet{fill:#59636e}.middle{text-anchor:middle}\n"
            ".number{text-anchor:middle;font-size:10px}.dark{fill:#111}.light{fill:#fff}\n"
            ".none{fill:none;stroke:#8886}\n"
            "@media(prefers-color-scheme:dark){text{fill:#e6e8eb}.paper{fill:#14171a}\n"
            ".quiet{fill:#9aa4af}.dark{fill:#111}.light{fill:#fff}}\n"
            "</style>\n"
         << "<rect class=\"paper\" width=\"" << width << "\" height=\"" << height << "\"/>\n";
    text("headline", margin, 22, headline);
  }

  void text(const char* kind, int x, int y, const std::string& what) {
    out_ << "<text class=\"" << kind << "\" x=\"" << x << "\" y=\"" << y << "\">" << escaped(what)
         << "</text>\n";
  }

  void field(int left, int top, double ratio) {
    out_ << "<rect x=\"" << left << "\" y=\"" << top << "\" width=\"" << field_width - 1
         << "\" height=\"" << field_height - 1 << "\"";
    if (!std::isfinite(ratio) || ratio <= 0.0) {
      out_ << " class=\"none\"/>\n";
      return;
    }
    const colour back = colour_of(ratio);
    out_ << " fill=\"" << hex(back) << "\"/>\n";
    text(is_dark(back) ? "number light" : "number dark",
         left + field_width / 2,
         top + field_height - 6,
         number(ratio));
  }

  void draw_map(const heat_map& map, int left, int top) {
    text("title", left, top + 13, map.title);
    const int fields_left = left + names_width;
    int y = top + title_height;
    text("quiet", left, y + 12, "workers");
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      text("quiet middle",
           fields_left + static_cast<int>(c) * field_width + field_width / 2,
           y + 12,
           map.columns[c]);
    }
    y += heads_height;
    for (const heat_map_row& row : map.rows) {
      text("name", left, y + field_height - 6, row.name);
      for (std::size_t c = 0; c < row.ratios.size(); ++c) {
        field(fields_left + static_cast<int>(c) * field_width, y, row.ratios[c]);
      }
      y += field_height;
    }
    text("quiet", left, y + 15, map.below);
  }

  void draw_legend(int top) {
    for (std::size_t i = 0; i < legend_ratios.size(); ++i) {
      field(margin + static_cast<int>(i) * field_width, top, legend_ratios[i]);
    }
    text("quiet",
         margin + static_cast<int>(legend_ratios.size()) * field_width + 8,
         top + field_height - 6,
         "the colours: 1 is as good as can be");
  }

  std::ostringstream out_;
};

}  // namespace

std::string heat_maps_svg(const std::string& headline, const std::vector<heat_map>& maps) {
  return picture().draw(headline, maps);
}

}  // namespace amorsize_tests
