#include "workloads/image_filter.hpp"
#include "workloads/random.hpp"

#include <numeric>

namespace bench {

image_filter::image_filter(std::size_t rows) : image(rows), in(rows), out(rows) {
  std::iota(in.begin(), in.end(), std::size_t{0});
  for (std::size_t y = 0; y < rows; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      image[y][x] = static_cast<std::uint8_t>((x ^ y) + (mix(y * width + x) & 0x1f));
    }
  }
}

image_filter::row image_filter::item::operator()(std::size_t y) const {
  const row& middle = (*image)[y];
  const row& above = y > 0 ? (*image)[y - 1] : middle;
  const row& below = y + 1 < image->size() ? (*image)[y + 1] : middle;
  // The kernel (1 2 1)^T (1 2 1) / 16; the pixels at the rim are repeated.
  const auto column = [&](std::size_t x) { return above[x] + 2 * middle[x] + below[x]; };
  row result;
  int left = column(0);
  int centre = left;
  for (std::size_t x = 0; x < width; ++x) {
    const int right = x + 1 < width ? column(x + 1) : centre;
    result[x] = static_cast<std::uint8_t>((left + 2 * centre + right + 8) / 16);
    left = centre;
    centre = right;
  }
  return result;
}

}  // namespace bench
