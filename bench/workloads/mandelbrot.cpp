#include "workloads/mandelbrot.hpp"

namespace bench {

mandelbrot::row mandelbrot::item::operator()(std::size_t y) const {
  constexpr std::uint16_t most_iterations = 200;
  const double c_im = -1.25 + 2.5 * (static_cast<double>(y) + 0.5) / static_cast<double>(rows);
  row result;
  for (std::size_t x = 0; x < width; ++x) {
    const double c_re = -2.0 + 2.5 * (static_cast<double>(x) + 0.5) / static_cast<double>(width);
    double re = 0.0;
    double im = 0.0;
    std::uint16_t iterations = 0;
    while (iterations < most_iterations && re * re + im * im <= 4.0) {
      const double next_re = re * re - im * im + c_re;
      im = 2.0 * re * im + c_im;
      re = next_re;
      ++iterations;
    }
    result[x] = iterations;
  }
  return result;
}

}  // namespace bench
