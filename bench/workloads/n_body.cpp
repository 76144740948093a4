#include "workloads/n_body.hpp"
#include "workloads/random.hpp"

#include <cmath>

namespace bench {

n_body::n_body(std::size_t bodies) : in(bodies), out(bodies) {
  random_numbers random(3);
  for (body& one : in) {
    one.place.x = random.fraction();
    one.place.y = random.fraction();
    one.place.z = random.fraction();
    one.mass = 1.0 + random.fraction();
  }
}

n_body::vector3 n_body::item::operator()(const body& one) const {
  constexpr double softening = 1e-6;  // so that a body does not divide by its distance from itself
  vector3 sum{};
  for (const body& other : *bodies) {
    const double dx = other.place.x - one.place.x;
    const double dy = other.place.y - one.place.y;
    const double dz = other.place.z - one.place.z;
    const double square = dx * dx + dy * dy + dz * dz + softening;
    const double factor = other.mass / (square * std::sqrt(square));
    sum.x += factor * dx;
    sum.y += factor * dy;
    sum.z += factor * dz;
  }
  return sum;
}

}  // namespace bench
