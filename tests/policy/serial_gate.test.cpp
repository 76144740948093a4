#include "runtime/policy/serial_gate.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using namespace amorsize::policy;

TEST_CASE("work below one wake-up is too short, whatever sharing promises", "[policy][unit]") {
  CHECK(serial_gate(nanoseconds{30e3}, nanoseconds{1}, nanoseconds{0}, nanoseconds{38e3}) ==
        gate_verdict::too_short);
}

TEST_CASE("a gain below a tenth is too little", "[policy][unit]") {
  const nanoseconds waking{1e3};
  CHECK(serial_gate(nanoseconds{100e3}, nanoseconds{91e3}, nanoseconds{0}, waking) ==
        gate_verdict::too_little);
  CHECK(serial_gate(nanoseconds{100e3}, nanoseconds{89e3}, nanoseconds{0}, waking) ==
        gate_verdict::share);
}

TEST_CASE("serial time already spent dilutes the gain", "[policy][unit]") {
  const nanoseconds waking{1e3};
  CHECK(serial_gate(nanoseconds{100e3}, nanoseconds{50e3}, nanoseconds{100e3}, waking) ==
        gate_verdict::share);
  CHECK(serial_gate(nanoseconds{100e3}, nanoseconds{50e3}, nanoseconds{600e3}, waking) ==
        gate_verdict::too_little);
}

TEST_CASE("the gate is total", "[policy][property]") {
  const double odd[] = {0.0,
                        -1.0,
                        1e300,
                        std::numeric_limits<double>::infinity(),
                        std::numeric_limits<double>::quiet_NaN()};
  for (const double alone : odd) {
    for (const double shared : odd) {
      for (const double waking : odd) {
        const gate_verdict verdict = serial_gate(
            nanoseconds{alone}, nanoseconds{shared}, nanoseconds{alone}, nanoseconds{waking});
        CHECK((verdict == gate_verdict::share || verdict == gate_verdict::too_short ||
               verdict == gate_verdict::too_little));
      }
    }
  }
  CHECK(serial_gate(nanoseconds{0}, nanoseconds{0}, nanoseconds{0}, nanoseconds{0}) ==
        gate_verdict::too_short);
}
