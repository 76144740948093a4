# Every arrow between the layers goes one way: the rules of the tree, checked on its text.
#   cmake -D ROOT=<repository> -P layering.cmake                    fails on the first tree with a violation
#   cmake -D SELF_TEST=<empty folder to use> -P layering.cmake      plants one violation of each kind and
#                                                                   fails unless exactly that rule fires
cmake_minimum_required(VERSION 3.25)

set(limit_lines 400)

# What the files of a folder may include from runtime/, as regular expressions of whole paths.
# units.hpp is the unit of time of the whole runtime, clock.hpp an interface of one function.
set(value_headers "runtime/policy/(units|decision|chunk_sample|decision_audit|map_event)\\.hpp")
set(may_include_policy "runtime/policy/.*")
set(may_include_probe "runtime/(probe/.*|(clock|cancellation_shield)\\.hpp|policy/units\\.hpp)")
set(may_include_executor "runtime/(executor/.*|policy/.*|(clock|assert|cancellation_shield)\\.hpp)")
set(may_include_insight "runtime/insight/.*|${value_headers}")
set(may_include_tool "runtime/((tool|probe|insight|policy|executor)/.*|clock\\.hpp)")
set(may_include_engines "runtime/((policy|probe|executor|insight)/.*|[^/]*)")

# Reads a file without its comments: prose may name what code must not.
function(read_code path out)
  file(READ "${path}" text)
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  string(REGEX REPLACE "/\\*([^*]|\\*+[^*/])*\\*+/" "" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

macro(violation rule text)
  list(APPEND found "${rule}: ${text}")
endmacro()

# Appends "rule: file: what" to `violations` of the caller for one C++ file.
function(check_file root path)
  set(found "")
  read_code("${root}/${path}" code)

  file(READ "${root}/${path}" raw)
  string(REGEX MATCHALL "\n" newlines "${raw}")
  list(LENGTH newlines line_count)
  if(line_count GREATER limit_lines)
    violation("file_length" "${path}: ${line_count} lines, at most ${limit_lines} are allowed")
  endif()

  if(path MATCHES "^tests/" AND raw MATCHES "TEST_CASE\\(\"[^\"\n]*;")
    violation("test_name" "${path}: CMake cuts the name of a test at a semicolon")
  endif()
  if(path MATCHES "^(tests|bench)/")  # they may look anywhere
    set(violations ${violations} ${found} PARENT_SCOPE)
    return()
  endif()

  # One clock: everything else gets the time as an argument. Examples time themselves.
  if(NOT path MATCHES "^examples/" AND NOT path STREQUAL "runtime/probe/steady_clock.cpp"
      AND NOT path STREQUAL "include/amorsize/detail/ticks.hpp"
      AND code MATCHES "_clock[ \t]*::[ \t]*now|rdtscp?|cntvct_el0|clock_gettime|gettimeofday")
    violation("clock" "${path}: reads a clock (${CMAKE_MATCH_0})")
  endif()

  set(includes "")
  string(REGEX MATCHALL "#[ \t]*include[ \t]*[<\"][^>\"\n]*[>\"]" directives "${code}")
  foreach(directive IN LISTS directives)
    string(REGEX REPLACE "^#[ \t]*include[ \t]*" "" name "${directive}")
    string(REGEX REPLACE "[<>\"]" "" file "${name}")
    check_include("${path}" "${name}" "${file}")
  endforeach()

  if(path MATCHES "^include/" AND code MATCHES "[^\n]*(tbb|TBB|hwloc|HWLOC)[^\n]*")
    string(STRIP "${CMAKE_MATCH_0}" line)
    violation("public_header" "${path}: names what is private to the library: ${line}")
  endif()
  set(violations ${violations} ${found} PARENT_SCOPE)
endfunction()

# One include of one file; adds to `found` of check_file.
function(check_include path name file)
  # A user may have both: examples show it.
  if(file MATCHES "^(oneapi/)?tbb(/|\\.h$)" AND NOT path STREQUAL "runtime/executor/enlist_tbb.cpp"
      AND NOT path MATCHES "^examples/")
    violation("tbb" "${path}: only runtime/executor/enlist_tbb.cpp includes oneTBB (${file})")
  endif()
  if(file MATCHES "^hwloc" AND NOT path MATCHES "^runtime/probe/hwloc_topology\\.[a-z]+$")
    violation("hwloc" "${path}: only runtime/probe/hwloc_topology.* includes hwloc (${file})")
  endif()

  set(from "")
  if(path MATCHES "^runtime/([a-z_]+)/")
    set(from "${CMAKE_MATCH_1}")
  elseif(path MATCHES "^runtime/")
    set(from "engines")
  endif()

  if(from STREQUAL "policy" AND file MATCHES
      "^(thread|atomic|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|pthread\\.h|unistd\\.h|sched\\.h|fstream|cstdlib|ctime)$")
    violation("policy_is_pure" "${path}: no thread, lock, file or clock in policy/ (${file})")
  endif()

  if(path MATCHES "^(include|examples)/")
    if(file MATCHES "^runtime/" OR (path MATCHES "^include/" AND name MATCHES "^\""))
      violation("outside_in" "${path}: sees only <amorsize/…> and the standard library (${file})")
    endif()
  elseif(from AND name MATCHES "^\"")
    if(NOT file MATCHES "^runtime/")
      violation("full_path" "${path}: write the path from the top, \"runtime/…\" (${file})")
    elseif(NOT DEFINED may_include_${from})
      violation("unknown_layer" "${path}: runtime/${from} is no layer that layering.cmake knows")
    elseif(NOT file MATCHES "^(${may_include_${from}})$")
      violation("layer" "${path}: ${from} must not know ${file}")
    endif()
  elseif(from AND file MATCHES "^runtime/")
    violation("full_path" "${path}: include own headers in quotes (${file})")
  endif()
  set(found ${found} PARENT_SCOPE)
endfunction()

# A source nobody lists is a source nobody builds.
function(check_listed root)
  set(found "")
  foreach(pair IN ITEMS "CMakeLists.txt|runtime/*.cpp" "CMakeLists.txt|include/*.hpp"
      "tests/CMakeLists.txt|tests/*.test.cpp" "examples/CMakeLists.txt|examples/*.cpp")
    string(REPLACE "|" ";" pair "${pair}")
    list(POP_FRONT pair list_file pattern)
    set(text "")
    if(EXISTS "${root}/${list_file}")
      file(STRINGS "${root}/${list_file}" text)
    endif()
    get_filename_component(folder "${list_file}" DIRECTORY)
    file(GLOB_RECURSE sources RELATIVE "${root}/${folder}" "${root}/${pattern}")
    foreach(source IN LISTS sources)
      if(folder STREQUAL "examples")
        get_filename_component(source "${source}" NAME_WE)
      endif()
      if(NOT source MATCHES "^(consumer|compile_fail)/" AND NOT text MATCHES "(^|[ ;(])${source}([ ;)]|$)")
        violation("not_listed" "${source}: not in ${list_file}")
      endif()
    endforeach()
  endforeach()
  set(violations ${violations} ${found} PARENT_SCOPE)
endfunction()

function(check_tree root out)
  set(violations "")
  file(GLOB_RECURSE files RELATIVE "${root}" "${root}/include/*.hpp" "${root}/runtime/*.hpp"
    "${root}/runtime/*.cpp" "${root}/tests/*.hpp" "${root}/tests/*.cpp" "${root}/bench/*.hpp"
    "${root}/bench/*.cpp" "${root}/examples/*.hpp" "${root}/examples/*.cpp")
  foreach(file IN LISTS files)
    check_file("${root}" "${file}")
  endforeach()
  check_listed("${root}")
  set(${out} "${violations}" PARENT_SCOPE)
endfunction()

# --- The self-test: does each rule fire, and only where it should? ----------------------------------
# `content` is written to `path` of a small correct tree; `rule` must be the only one that fires,
# or none if it is "nothing".
function(expect rule path content)
  file(REMOVE_RECURSE "${SELF_TEST}")
  file(WRITE "${SELF_TEST}/runtime/policy/gate.hpp"
    "// Knows no steady_clock::now, no tbb.\n#include <vector>\n#include \"runtime/policy/units.hpp\"\n")
  file(WRITE "${SELF_TEST}/runtime/executor/enlist_tbb.cpp"
    "#include \"runtime/executor/enlist.hpp\"\n#include <tbb/task_arena.h>\n")
  file(WRITE "${SELF_TEST}/runtime/probe/hwloc_topology.cpp" "#include <hwloc.h>\n")
  file(WRITE "${SELF_TEST}/runtime/probe/steady_clock.cpp" "auto t = std::chrono::steady_clock::now();\n")
  file(WRITE "${SELF_TEST}/runtime/map_engine.cpp"
    "#include \"runtime/executor/enlist.hpp\"\n#include \"runtime/insight/report_text.hpp\"\n")
  file(WRITE "${SELF_TEST}/include/amorsize/detail/ticks.hpp" "auto t = __rdtsc();\n")
  file(WRITE "${SELF_TEST}/include/amorsize/options.hpp" "/* oneTBB, hwloc */\n#include <thread>\n")
  file(WRITE "${SELF_TEST}/CMakeLists.txt" "amorsize_layer(executor runtime/executor/enlist_tbb.cpp\n"
    "  runtime/probe/hwloc_topology.cpp runtime/probe/steady_clock.cpp\n  runtime/map_engine.cpp\n"
    "  include/amorsize/detail/ticks.hpp include/amorsize/options.hpp)\n")
  file(WRITE "${SELF_TEST}/${path}" "${content}")
  if(NOT path MATCHES "unlisted" AND path MATCHES "\\.cpp$|^include/")
    file(APPEND "${SELF_TEST}/CMakeLists.txt" "  ${path}\n")
  endif()

  check_tree("${SELF_TEST}" violations)
  list(LENGTH violations count)
  if((rule STREQUAL "nothing" AND count EQUAL 0) OR (count EQUAL 1 AND violations MATCHES "^${rule}: "))
    message(STATUS "as expected: ${rule} <- ${path}")
  else()
    message(SEND_ERROR "${path}: expected ${rule}, got: ${violations}\nfor: ${content}")
  endif()
endfunction()

function(self_test)
  set(a "runtime/policy/planted.hpp")
  expect(nothing "${a}" "#include \"runtime/policy/gate.hpp\"\n#include <amorsize/options.hpp>\n")
  foreach(forbidden IN ITEMS clock.hpp map_engine.hpp probe/text_file.hpp executor/gate.hpp
      insight/trace.hpp)
    expect(layer "${a}" "#include \"runtime/${forbidden}\"\n")
  endforeach()
  foreach(forbidden IN ITEMS thread atomic mutex)
    expect(policy_is_pure "${a}" "#  include <${forbidden}>\n")
  endforeach()
  expect(full_path "${a}" "#include \"../probe/text_file.hpp\"\n")
  expect(full_path "${a}" "#include <runtime/policy/gate.hpp>\n")

  foreach(forbidden IN ITEMS policy/gate.hpp executor/gate.hpp insight/trace.hpp map_engine.hpp)
    expect(layer "runtime/probe/planted.hpp" "#include \"runtime/${forbidden}\"\n")
  endforeach()
  foreach(forbidden IN ITEMS probe/text_file.hpp insight/trace.hpp map_engine.hpp)
    expect(layer "runtime/executor/planted.hpp" "#include \"runtime/${forbidden}\"\n")
  endforeach()
  foreach(forbidden IN ITEMS policy/controller.hpp executor/gate.hpp probe/text_file.hpp
      map_engine.hpp)
    expect(layer "runtime/insight/planted.hpp" "#include \"runtime/${forbidden}\"\n")
  endforeach()
  expect(nothing "runtime/insight/planted.hpp" "#include \"runtime/policy/decision.hpp\"\n")
  expect(nothing "runtime/probe/planted.hpp" "#include \"runtime/clock.hpp\"\n")
  expect(layer "runtime/stream_engine.hpp" "#include \"runtime/tool/amorsize_machine.hpp\"\n")
  expect(unknown_layer "runtime/utils/planted.hpp" "#include \"runtime/clock.hpp\"\n")

  expect(outside_in "include/amorsize/planted.hpp" "#include <runtime/clock.hpp>\n")
  expect(outside_in "include/amorsize/planted.hpp" "#include \"detail/engines.hpp\"\n")
  expect(public_header "include/amorsize/planted.hpp" "void run(tbb::task_arena&);\n")
  expect(public_header "include/amorsize/planted.hpp" "struct hwloc_topology;\n")
  expect(tbb "runtime/executor/enlist_threads.cpp" "#include <oneapi/tbb/task_arena.h>\n")
  expect(tbb "runtime/map_engine.cpp" "#include <tbb/tbb.h>\n")
  expect(hwloc "runtime/probe/probe_machine.cpp" "#include <hwloc.h>\n")

  foreach(forbidden IN ITEMS "std::chrono::steady_clock::now()" "high_resolution_clock :: now()"
      "__rdtsc()" "__builtin_ia32_rdtscp(&i)" "clock_gettime(CLOCK_MONOTONIC, &t)")
    expect(clock "runtime/executor/planted.cpp" "auto t = ${forbidden};\n")
    expect(clock "include/amorsize/planted.hpp" "auto t = ${forbidden};\n")
    expect(nothing "tests/stress/planted.cpp" "auto t = ${forbidden};\n")
  endforeach()

  string(REPEAT "//\n" ${limit_lines} long)
  expect(nothing "runtime/policy/long.hpp" "${long}")
  expect(file_length "runtime/policy/long.hpp" "${long}//\n")
  expect(file_length "tests/policy/long.hpp" "${long}//\n")

  expect(test_name "tests/policy/planted.hpp" "TEST_CASE(\"one\; two\", \"[unit]\")\n")
  expect(not_listed "runtime/policy/unlisted.cpp" "\n")
  expect(not_listed "include/amorsize/unlisted.hpp" "\n")
  expect(not_listed "tests/policy/unlisted.test.cpp" "\n")
  expect(not_listed "examples/unlisted.cpp" "\n")
  file(REMOVE_RECURSE "${SELF_TEST}")
endfunction()

if(DEFINED SELF_TEST)
  self_test()
elseif(DEFINED ROOT)
  check_tree("${ROOT}" violations)
  foreach(violation IN LISTS violations)
    message(SEND_ERROR "  ${violation}")  # indented: CMake does not wrap it
  endforeach()
else()
  message(FATAL_ERROR "say -D ROOT=<repository> or -D SELF_TEST=<folder>")
endif()
