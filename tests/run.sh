#!/usr/bin/env bash
# Builds amorsize and runs its tests. Installs what is missing first (.ci/setup).
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/run.sh [options] [-- arguments of ctest]
  --sanitize thread|address   ThreadSanitizer with the threads back end, or Address- and UndefinedBehaviorSanitizer
  --backend tbb|threads       one back end only; default: the whole suite with oneTBB, then unit and stress tests
                              with plain threads
  --compiler NAME             g++ (default), clang++-19, …
  --build-dir DIR             default: build/tests… in the repository
  --werror                    warnings are errors
TEXT
}
die() {
  echo "run.sh: $1" >&2
  exit 2
}

sanitize=""
backend=""
compiler=""
build_dir=""
werror=OFF
while (($#)); do
  case "$1" in
    --sanitize | --backend | --compiler | --build-dir)
      (($# >= 2)) || die "$1 needs a value"
      case "$1" in
        --sanitize) sanitize=$2 ;;
        --backend) backend=$2 ;;
        --compiler) compiler=$2 ;;
        --build-dir) build_dir=$2 ;;
      esac
      shift 2
      ;;
    --werror) werror=ON && shift ;;
    -h | --help) usage && exit 0 ;;
    --) shift && break ;;
    *)
      usage >&2
      die "unknown argument: $1"
      ;;
  esac
done
case "$backend" in "" | tbb | threads) ;; *) die "--backend is tbb or threads, not $backend" ;; esac
case "$sanitize" in
  "") sanitizers="" ;;
  address) sanitizers="address;undefined" ;;
  thread)
    sanitizers="thread"
    [[ $backend != tbb ]] || die "oneTBB is not instrumented: --sanitize thread uses --backend threads"
    backend=threads
    ;;
  *) die "--sanitize is thread or address, not $sanitize" ;;
esac

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$repository/.ci/setup"
[[ -z $compiler ]] || command -v "$compiler" >/dev/null || die "no compiler $compiler"
compiler=${compiler:-${CXX:-g++}}
if [[ -z $build_dir ]]; then
  build_dir=$repository/build/tests${sanitize:+-$sanitize}
  [[ $compiler == g++ ]] || build_dir+=-$(basename "$compiler")
fi

# Tests start from nothing: the environment of whoever runs them must not decide for them.
for name in "${!AMORSIZE_@}"; do
  unset "$name"
done

jobs=$(nproc)
run=()
if [[ $sanitize == thread ]]; then
  export TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1 suppressions="
  # More than 28 random bits in addresses are more than older sanitizer runtimes can place.
  bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)
  ((bits <= 28)) || run=(setarch -R)
elif [[ $sanitize == address ]]; then
  ASAN_OPTIONS="detect_stack_use_after_return=1:strict_init_order=1:check_initialization_order=1"
  export ASAN_OPTIONS+=":detect_leaks=1"
  export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
fi

# Release, as users build it, but with assertions. Sanitizers at -O1: UndefinedBehaviorSanitizer compiles
# three times as long at -O3, and finds no more. Without the examples, which only take long there.
configuration=(-D CMAKE_BUILD_TYPE=Release -D AMORSIZE_BUILD_EXAMPLES=ON)
if [[ -n $sanitize ]]; then
  configuration+=(-D CMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" -D AMORSIZE_BUILD_EXAMPLES=OFF)
fi
cmake -S "$repository" -B "$build_dir" -G Ninja -D CMAKE_CXX_COMPILER="$compiler" \
  "${configuration[@]}" -D AMORSIZE_ASSERTIONS=ON -D AMORSIZE_WERROR=$werror \
  -D AMORSIZE_SANITIZE="$sanitizers" -D AMORSIZE_BUILD_TESTS=ON -D AMORSIZE_BUILD_BENCHMARKS=OFF
"${run[@]}" cmake --build "$build_dir" -j "$jobs"

# The summary that ctest ends with is the last thing printed.
test_with() { # back end ("" = the library's default), arguments of ctest
  echo
  echo "== tests, back end: ${1:-tbb (default)}${sanitize:+, $sanitize sanitizer}"
  local environment=()
  [[ -z $1 ]] || environment=(env "AMORSIZE_BACKEND=$1")
  "${environment[@]}" "${run[@]}" ctest --test-dir "$build_dir" -j "$jobs" --output-on-failure \
    --no-tests=error --no-label-summary "${@:2}"
}
if [[ -n $sanitize ]]; then
  # What a sanitizer can judge: not the consumers, whose code is not instrumented.
  test_with "$backend" -L 'unit|stress' "$@"
elif [[ -n $backend ]]; then
  test_with "$backend" "$@"
else
  test_with threads -L 'unit|stress' "$@"
  test_with "" "$@"
fi
