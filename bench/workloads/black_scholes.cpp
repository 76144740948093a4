#include "workloads/black_scholes.hpp"
#include "workloads/random.hpp"

#include <cmath>
#include <numbers>

namespace bench {
namespace {

double normal_distribution(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

}  // namespace

black_scholes::black_scholes(std::size_t options) : in(options), out(options) {
  random_numbers random(5);
  for (call_option& option : in) {
    option.spot = 50.0 + 100.0 * random.fraction();
    option.strike = 50.0 + 100.0 * random.fraction();
    option.rate = 0.05 * random.fraction();
    option.volatility = 0.1 + 0.5 * random.fraction();
    option.years = 0.1 + 2.0 * random.fraction();
  }
}

double black_scholes::item::operator()(const call_option& option) const {
  const double spread = option.volatility * std::sqrt(option.years);
  const double drift = option.rate + 0.5 * option.volatility * option.volatility;
  const double d1 = (std::log(option.spot / option.strike) + drift * option.years) / spread;
  const double discount = std::exp(-option.rate * option.years);
  return option.spot * normal_distribution(d1) -
         option.strike * discount * normal_distribution(d1 - spread);
}

}  // namespace bench
