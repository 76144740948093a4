#!/usr/bin/env bash
# Builds amorsize and runs its main job: compress every regular file under DIR with zlib, through
# parallel_map, checked against the serial result. Installs what is missing first (.ci/setup).
set -euo pipefail

build_dir=""
if [[ ${1-} == --build-dir && $# -ge 2 ]]; then
  build_dir=$2
  shift 2
fi
if (($# > 1)) || [[ ${1-} == -* ]]; then
  echo "usage: examples/run.sh [--build-dir DIR] [DIR]   (default: /usr/include)" >&2
  exit 2
fi
folder=${1:-/usr/include}

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_dir=${build_dir:-$repository/build/examples}
"$repository/.ci/setup"
cmake -S "$repository" -B "$build_dir" -G Ninja -D CMAKE_BUILD_TYPE=Release \
  -D AMORSIZE_BUILD_TESTS=OFF -D AMORSIZE_BUILD_EXAMPLES=ON -D AMORSIZE_BUILD_BENCHMARKS=OFF
cmake --build "$build_dir" -j "$(nproc)" --target example_compress_tree
echo
exec "$build_dir/examples/example_compress_tree" "$folder"
