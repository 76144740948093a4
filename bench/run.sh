#!/usr/bin/env bash
# Builds the benchmarks and measures amorsize against other ways to run a loop in parallel
# (bench/README.md). Installs what is missing first (.ci/setup).
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: bench/run.sh [options] [--] [arguments of the driver]
  --build-dir DIR   default: build/bench in the repository
  --native          compile for this very CPU
  --peers DIR       also compare with the libraries whose sources are in DIR (bench/CMakeLists.txt)
  --streams         instead: streams against swept pipelines (bench/stream); arguments: --rounds N, --seed N,
                    --cell PART
  --driver-help     what the driver understands: --quick, --cell REGEX, --json FILE, --self-test, …
TEXT
}
die() {
  echo "run.sh: $1" >&2
  exit 2
}

build_dir=""
native=OFF
peers=""
streams=""
arguments=()
while (($#)); do
  case "$1" in
    --build-dir | --peers)
      (($# >= 2)) || die "$1 needs a value"
      case "$1" in
        --build-dir) build_dir=$2 ;;
        --peers) peers=$(cd "$2" && pwd) || die "no folder $2" ;;
      esac
      shift 2
      ;;
    --native) native=ON && shift ;;
    --streams) streams=yes && shift ;;
    --driver-help) arguments=(--help) && shift ;;
    -h | --help) usage && exit 0 ;;
    --) shift && arguments+=("$@") && break ;;
    *) arguments+=("$1") && shift ;;
  esac
done

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_dir=${build_dir:-$repository/build/bench}
"$repository/.ci/setup" --bench

# Always said, also when it is the default: a build folder remembers what it was told before.
cmake -S "$repository" -B "$build_dir" -G Ninja -D CMAKE_BUILD_TYPE=Release \
  -D AMORSIZE_BUILD_BENCHMARKS=ON -D AMORSIZE_BUILD_TESTS=OFF -D AMORSIZE_BUILD_EXAMPLES=OFF \
  -D AMORSIZE_ASSERTIONS=OFF -D AMORSIZE_SANITIZE="" -D AMORSIZE_BENCH_NATIVE=$native \
  -D AMORSIZE_BENCH_PEERS="${peers:-${AMORSIZE_BENCH_PEERS-}}"
cmake --build "$build_dir" -j "$(nproc)"
driver=$build_dir/bench/amorsize_bench
[[ -z $streams ]] || driver=$build_dir/bench/programs/bench_stream
[[ -x $driver ]] || die "the driver was not built; the lines above say what is missing"
echo
exec "$driver" "${arguments[@]}"
