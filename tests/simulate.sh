#!/usr/bin/env bash
# Runs the engine in virtual time, on machines of 1 to 1,000 workers, and draws what comes of it. Installs
# what is missing first (.ci/setup).
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/simulate.sh [options] [OUTPUT_FOLDER]
Writes simulation.txt, simulation.csv and simulation.svg: makespans and n_jobs by the shape of the items' costs
and the number of workers. The figures depend on no real machine. OUTPUT_FOLDER: default build/simulation/output.
  --scenarios         instead: machines that are not what they seem, or do not stay as they were (siblings, slow
                      cores, NUMA, quotas, memory, clocks, helpers that never come); writes scenarios.txt and .svg
  --shapes            instead: maps of many items on 2 to 1,024 workers, by the shape of the items' costs; writes
                      shapes.txt and .svg (half an hour)
  --quick             64 workers at most: seconds instead of minutes
  --against-machine   instead: twelve maps on this machine, which must have 2 CPUs or more and nothing else to
                      do, against the same maps simulated; writes against_machine.txt
  --build-dir DIR     default: build/simulation in the repository
TEXT
}
die() {
  echo "simulate.sh: $1" >&2
  exit 2
}

quick=()
what=chart
build_dir=""
output=""
while (($#)); do
  case "$1" in
    --quick) quick=(--quick) && shift ;;
    --scenarios) what=scenarios && shift ;;
    --shapes) what=shapes && shift ;;
    --against-machine) what=machine && shift ;;
    --build-dir)
      (($# >= 2)) || die "$1 needs a value"
      build_dir=$2
      shift 2
      ;;
    -h | --help) usage && exit 0 ;;
    -*)
      usage >&2
      die "unknown argument: $1"
      ;;
    *)
      [[ -z $output ]] || die "one output folder, not two: $output and $1"
      output=$1
      shift
      ;;
  esac
done

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$repository/.ci/setup"
build_dir=${build_dir:-$repository/build/simulation}
output=${output:-$build_dir/output}
targets=(amorsize_simulation_chart)
[[ $what != scenarios ]] || targets=(amorsize_simulation_scenarios)
[[ $what != shapes ]] || targets=(amorsize_simulation_shapes)
[[ $what != machine ]] || targets=(amorsize_simulation_measure amorsize_simulation_vs_machine)

# The environment of whoever runs this must not decide for the maps.
for name in "${!AMORSIZE_@}"; do
  unset "$name"
done
cmake -S "$repository" -B "$build_dir" -G Ninja -D CMAKE_BUILD_TYPE=Release -D AMORSIZE_BUILD_TESTS=ON \
  -D AMORSIZE_BUILD_EXAMPLES=OFF -D AMORSIZE_BUILD_BENCHMARKS=OFF >/dev/null
cmake --build "$build_dir" -j "$(nproc)" --target "${targets[@]}"
mkdir -p "$output"

if [[ $what == chart ]]; then
  "$build_dir/tests/amorsize_simulation_chart" "${quick[@]}" "$output"
  echo "written: $output/simulation.txt, .csv and .svg"
  exit 0
fi
if [[ $what == scenarios || $what == shapes ]]; then
  "$build_dir/tests/amorsize_simulation_$what" "${quick[@]}" "$output"
  echo "written: $output/$what.txt and .svg"
  exit 0
fi

# The build itself leaves a load behind; what others do must be over.
for _ in {1..60}; do
  read -r load _ </proc/loadavg
  [[ $load != 0.[0-2]* ]] || break
  sleep 5
done
[[ $load == 0.[0-2]* ]] ||
  echo "simulate.sh: the load is $load: other programs take part in what is measured" >&2
"$build_dir/tests/amorsize_simulation_measure" "$output/machine.txt"
status=0
"$build_dir/tests/amorsize_simulation_vs_machine" "$output/machine.txt" >"$output/against_machine.txt" ||
  status=$?
cat "$output/against_machine.txt"
exit "$status"
