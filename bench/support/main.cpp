// The main function of every bench_<implementation>: registers the cells and runs those that the
// filter names. Which process measures what, and how often, is the driver's business.
#include "support/cells.hpp"
#include "support/kept_workload.hpp"

#include <benchmark/benchmark.h>

#include <cerrno>
#include <cstdlib>

namespace bench {

kept_workload& the_workload() {
  static kept_workload only;
  return only;
}

}  // namespace bench

int main(int argc, char** argv) {
  bench::add_cells();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return EXIT_FAILURE;
  }
  benchmark::AddCustomContext("program", program_invocation_short_name);
  benchmark::AddCustomContext("compiler", __VERSION__);
  benchmark::RunSpecifiedBenchmarks();
  bench::the_workload().drop();  // while all that its threads may need is still there
  benchmark::Shutdown();
  return EXIT_SUCCESS;
}
