#include "runtime/probe/cpu_affinity.hpp"
#include "tests/support/catch.hpp"

#include <cerrno>

using amorsize::probe::cpu_set;
using amorsize::probe::most_cpus;
using amorsize::probe::online_cpus;
using amorsize::probe::read_cpu_affinity;

TEST_CASE("a CPU set holds what was inserted, up to the last possible CPU", "[probe][unit]") {
  cpu_set set;
  CHECK(set.count() == 0);
  CHECK_FALSE(set.contains(0));
  for (const std::size_t cpu :
       {std::size_t{0}, std::size_t{1023}, std::size_t{1024}, most_cpus - 1}) {
    set.insert(cpu);
    set.insert(cpu);
    CHECK(set.contains(cpu));
  }
  CHECK(set.count() == 4);
  CHECK_FALSE(set.contains(1));
  set.insert(most_cpus);
  CHECK_FALSE(set.contains(most_cpus));
  CHECK(set.count() == 4);
}

TEST_CASE("this thread may run somewhere", "[probe][unit]") {
  cpu_set set;
  errno = ERANGE;
  if (read_cpu_affinity(set)) {
    CHECK(set.count() >= 1);
  } else {
    CHECK(set.count() == 0);
  }
  CHECK(online_cpus() >= 1);
  CHECK(errno == ERANGE);
}
