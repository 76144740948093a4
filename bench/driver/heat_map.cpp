#include "bench/driver/heat_map.hpp"
#include "bench/driver/number_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <sstream>
#include <vector>

namespace amorsize_bench {
namespace {

// In pixels.
inline constexpr int field_width = 38;
inline constexpr int field_height = 18;
inline constexpr int names_width = 230;
inline constexpr int heads_height = 170;
inline constexpr int margin = 10;
inline constexpr int legend_height = 64;
inline constexpr int heads_overhang = 100;  ///< the slanted names need room on the right
inline constexpr int gap = 12;              ///< between the regrets and the times

inline constexpr double reddest_ratio = 8;
inline constexpr double largest_printed = 9999;  ///< more digits would not fit in
inline constexpr std::array<double, 8> legend_ratios{1.0, 1.05, 1.2, 1.5, 2.0, 3.0, 5.0, 8.0};

struct colour {
  double red;
  double green;
  double blue;
};

// From blue-green by yellow to dark red: told apart with any kind of colour vision, because it also
// darkens.
inline constexpr std::array<colour, 4> scale{
    {{0xd5, 0xee, 0xe6}, {0xf6, 0xe2, 0x9a}, {0xe8, 0x90, 0x4f}, {0x8e, 0x1b, 0x2c}}};

/// Logarithmic: 1 is the first colour, reddest_ratio and more the last.
colour colour_of(double ratio) {
  const double place = std::clamp(std::log(ratio) / std::log(reddest_ratio), 0.0, 1.0) *
                       static_cast<double>(scale.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), scale.size() - 2);
  const double part = place - static_cast<double>(below);
  const auto mix = [part](double a, double b) { return a + part * (b - a); };
  return {mix(scale[below].red, scale[below + 1].red),
          mix(scale[below].green, scale[below + 1].green),
          mix(scale[below].blue, scale[below + 1].blue)};
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

bool is_dark(const colour& of) {
  return 0.3 * of.red + 0.6 * of.green + 0.1 * of.blue < 120;
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
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

/// One field: its colour by the ratio, its number, and what a pointer that rests on it is told.
struct field {
  double ratio;
  std::string title;
  bool is_struck = false;
};

class picture {
 public:
  picture(const results& of, const verdict& found) : of_(of), found_(found) {
    for (const summary& sum : found.summaries) {
      judged_.push_back(sum.variant);
    }
  }

  std::string draw() {
    const int width = std::max(
        times_left() + static_cast<int>(of_.variants.size()) * field_width + heads_overhang,
        2 * margin + static_cast<int>(legend_ratios.size()) * field_width);
    const int height =
        heads_height + static_cast<int>(of_.cells.size()) * field_height + legend_height + margin;
    out_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << " " << height
         << "\" width=\"" << width << "\" height=\"" << height << "\" role=\"img\">\n"
         << "<title>time / best time, by cell and variant</title>\n"
         << "<style>\n"
            "text{font:11px sans-serif;fill:#1b1f24}\n"
            ".paper{fill:#fff}.ours{font-weight:bold}.frame{fill:none;stroke:#1b1f24}\n"
            ".number{text-anchor:middle;font-size:10px}.dark{fill:#111}.light{fill:#fff}\n"
            ".none{fill:none;stroke:#8886}.strike{stroke:#777;stroke-width:1.6}\n"
            "@media(prefers-color-scheme:dark){text{fill:#e6e8eb}.paper{fill:#14171a}\n"
            ".frame{stroke:#e6e8eb}.dark{fill:#111}.light{fill:#fff}}\n"
            "</style>\n"
         << "<rect class=\"paper\" width=\"" << width << "\" height=\"" << height << "\"/>\n";
    draw_heads();
    for (std::size_t c = 0; c < of_.cells.size(); ++c) {
      draw_row(c);
    }
    draw_frames();
    draw_legend(height - legend_height);
    out_ << "</svg>\n";
    return out_.str();
  }

 private:
  [[nodiscard]] int times_left() const {
    return margin + names_width + static_cast<int>(judged_.size()) * field_width +
           (judged_.empty() ? 0 : gap);
  }
  [[nodiscard]] static int top_of(std::size_t row) {
    return heads_height + static_cast<int>(row) * field_height;
  }

  void draw_head(int left, const std::string& name, bool is_ours) {
    const int x = left + field_width / 2 + 4;
    const int y = heads_height - 6;
    out_ << "<text" << (is_ours ? " class=\"ours\"" : "") << " transform=\"translate(" << x << ","
         << y << ") rotate(-60)\">" << escaped(name) << "</text>\n";
  }

  void draw_heads() {
    for (std::size_t i = 0; i < judged_.size(); ++i) {
      draw_head(margin + names_width + static_cast<int>(i) * field_width,
                "regret of " + of_.variants[judged_[i]].name,
                true);
    }
    for (std::size_t v = 0; v < of_.variants.size(); ++v) {
      draw_head(times_left() + static_cast<int>(v) * field_width,
                of_.variants[v].name,
                of_.variants[v].kind == family::amorsize);
    }
  }

  void draw_field(int left, int top, const field& what) {
    const bool has_ratio = std::isfinite(what.ratio);
    const colour back = has_ratio ? colour_of(what.ratio) : colour{};
    out_ << "<g><title>" << escaped(what.title) << "</title><rect x=\"" << left << "\" y=\"" << top
         << "\" width=\"" << field_width - 1 << "\" height=\"" << field_height - 1 << "\"";
    if (!has_ratio) {
      out_ << " class=\"none\"/></g>\n";
      return;
    }
    out_ << " fill=\"" << hex(back) << "\"/><text class=\"number "
         << (is_dark(back) ? "light" : "dark") << "\" x=\"" << left + field_width / 2 << "\" y=\""
         << top + 13 << "\">"
         << (what.ratio > largest_printed ? "&gt;9999" : ratio_text(what.ratio)) << "</text>";
    if (what.is_struck) {
      out_ << "<line class=\"strike\" x1=\"" << left << "\" y1=\"" << top + field_height - 1
           << "\" x2=\"" << left + field_width - 1 << "\" y2=\"" << top << "\"/>";
    }
    out_ << "</g>\n";
  }

  [[nodiscard]] double best_time(std::size_t c) const {
    double best = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t v = 0; v < of_.variants.size(); ++v) {
      if (found_.cells[c].is_barred[v] || of_.variants[v].kind == family::control) {
        continue;
      }
      best = std::fmin(best, median(measured_times(of_.cells[c].entries[v])));
    }
    return best;
  }

  void draw_row(std::size_t c) {
    const cell_results& cell = of_.cells[c];
    const int top = top_of(c);
    out_ << "<text x=\"" << margin << "\" y=\"" << top + 13 << "\">" << escaped(cell.name)
         << "</text>\n";
    for (std::size_t i = 0; i < judged_.size(); ++i) {
      for (const standing& how : found_.cells[c].standings) {
        if (how.variant == judged_[i] && how.regret) {
          draw_field(margin + names_width + static_cast<int>(i) * field_width,
                     top,
                     {.ratio = *how.regret,
                      .title = cell.name + ", regret of " + of_.variants[how.variant].name + ": " +
                               ratio_text(*how.regret) + " (" + interval_text(how.likely) + ")",
                      .is_struck = how.is_spinning});
        }
      }
    }
    const double best = best_time(c);
    for (std::size_t v = 0; v < of_.variants.size(); ++v) {
      const entry& measured = cell.entries[v];
      const double time = median(measured_times(measured));
      const std::string failure = first_failure(measured);
      std::string title = cell.name + ", " + of_.variants[v].name + ": " + time_text(time);
      title += measured.grain ? ", grain " + std::to_string(*measured.grain) : "";
      title += failure.empty() ? "" : ", failed: " + failure;
      draw_field(times_left() + static_cast<int>(v) * field_width,
                 top,
                 {.ratio = time / best, .title = title, .is_struck = found_.cells[c].is_barred[v]});
    }
  }

  /// Around the columns of amorsize.
  void draw_frames() {
    for (std::size_t v = 0; v < of_.variants.size(); ++v) {
      if (of_.variants[v].kind == family::amorsize) {
        out_ << "<rect class=\"frame\" x=\"" << times_left() + static_cast<int>(v) * field_width - 1
             << "\" y=\"" << heads_height - 1 << "\" width=\"" << field_width << "\" height=\""
             << static_cast<int>(of_.cells.size()) * field_height + 1 << "\"/>\n";
      }
    }
  }

  void draw_legend(int top) {
    int left = margin;
    out_ << "<text x=\"" << margin << "\" y=\"" << top + 27
         << "\">time / best of the row (struck: does not count)</text>\n";
    for (const double ratio : legend_ratios) {
      draw_field(left, top + 36, {.ratio = ratio, .title = "legend"});
      left += field_width;
    }
  }

  const results& of_;
  const verdict& found_;
  std::vector<std::size_t> judged_;  ///< variants that have a column of regrets
  std::ostringstream out_;
};

}  // namespace

std::string heat_map_svg(const results& of, const verdict& found) {
  return picture(of, found).draw();
}

}  // namespace amorsize_bench
