# The guard: what maps cost, in counts that no clock and no load can change. Each test compares what one
# program prints with its group of budgets.txt.
if(AMORSIZE_SANITIZE)
  return()  # tests/run.sh runs what a sanitizer can judge, which is not this
endif()
set(guard_table "${PROJECT_SOURCE_DIR}/tests/guard/budgets.txt")
set(guard_groups "")
set(guard_check "${PROJECT_SOURCE_DIR}/tests/guard/check.cmake")

# amorsize_guard_test(<group> <sentence> [-D …]): its program is amorsize_guard_<group>.
function(amorsize_guard_test group sentence)
  add_test(NAME "guard: ${sentence}" COMMAND "${CMAKE_COMMAND}" -D "GROUP=${group}"
    -D "TABLE=${guard_table}" -D "PROGRAM=$<TARGET_FILE:amorsize_guard_${group}>" ${ARGN}
    -P "${guard_check}")
  set_tests_properties("guard: ${sentence}" PROPERTIES LABELS guard TIMEOUT ${timeout_unit}
    SKIP_REGULAR_EXPRESSION "skipped: ")
  set(guard_groups ${guard_groups} ${group} PARENT_SCOPE)
endfunction()

function(amorsize_guard_program group)
  add_executable(amorsize_guard_${group} ${ARGN})
  amorsize_settings(amorsize_guard_${group})
  target_include_directories(amorsize_guard_${group} PRIVATE "${PROJECT_SOURCE_DIR}"
    "${PROJECT_SOURCE_DIR}/include")
endfunction()

# --- Chunks, claims, wake-ups: the executor and the engine compiled with atomics that count ----------
amorsize_guard_program(fixed_maps
  guard/fixed_maps.cpp
  guard/lone_process.cpp
  guard/scripted_clock.cpp
  "${PROJECT_SOURCE_DIR}/runtime/learnt_overheads.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/map_report.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/map_run.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/map_sharing.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/map_telling.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/site_memory.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/crew.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/crew_service.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/map_beat.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/share.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/stream_lane.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/worker_loop.cpp")
target_compile_definitions(amorsize_guard_fixed_maps PRIVATE
  AMORSIZE_ATOMICS="tests/guard/counting_atomics.hpp")
target_link_libraries(amorsize_guard_fixed_maps PRIVATE amorsize_insight amorsize_policy
  Threads::Threads)
amorsize_guard_test(fixed_maps "chunks, claims and wake-ups of fixed maps")

# --- The library as it is, but for its clock ---------------------------------------------------------
add_library(amorsize_scripted guard/scripted_clock.cpp)
amorsize_settings(amorsize_scripted)
target_include_directories(amorsize_scripted PRIVATE "${PROJECT_SOURCE_DIR}"
  "${PROJECT_SOURCE_DIR}/include")
foreach(layer IN LISTS amorsize_layers)
  target_sources(amorsize_scripted PRIVATE
    "$<FILTER:$<TARGET_OBJECTS:amorsize_${layer}>,EXCLUDE,/steady_clock[.]>")
endforeach()
target_link_libraries(amorsize_scripted PRIVATE TBB::tbb PkgConfig::HWLOC Threads::Threads)

amorsize_guard_program(system_calls guard/system_calls.cpp guard/trapped_calls.cpp)
target_link_libraries(amorsize_guard_system_calls PRIVATE amorsize_scripted Threads::Threads)
amorsize_guard_test(system_calls "system calls of fixed maps")

# --- Instructions: figures are for one compiler and one way of compiling -------------------------------
find_program(VALGRIND valgrind)
find_path(VALGRIND_INCLUDE_DIR valgrind/callgrind.h)
set(guard_skipped "")
if(NOT VALGRIND OR NOT VALGRIND_INCLUDE_DIR)
  set(guard_skipped "there is no valgrind")
elseif(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR NOT CMAKE_CXX_COMPILER_VERSION MATCHES "^12\\.")
  set(guard_skipped "the budgets are for g++ 12, not ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
elseif(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  set(guard_skipped "the budgets are for x86-64, not ${CMAKE_SYSTEM_PROCESSOR}")
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Release" OR NOT BUILD_SHARED_LIBS
    OR NOT "${CMAKE_CXX_FLAGS}${CMAKE_CXX_FLAGS_RELEASE}" STREQUAL "-O3 -DNDEBUG")
  set(guard_skipped "the budgets are for the build type Release, shared, without flags of one's own")
endif()
if(guard_skipped)
  message(STATUS "No instructions are counted: ${guard_skipped}")
  add_test(NAME "guard: instructions of short calls" COMMAND "${CMAKE_COMMAND}" -E echo
    "skipped: ${guard_skipped}")
  set_tests_properties("guard: instructions of short calls" PROPERTIES LABELS guard
    SKIP_REGULAR_EXPRESSION "skipped: ")
  list(APPEND guard_groups tiny_path)
else()
  amorsize_guard_program(tiny_path guard/tiny_path.cpp)
  target_include_directories(amorsize_guard_tiny_path SYSTEM PRIVATE "${VALGRIND_INCLUDE_DIR}")
  target_link_libraries(amorsize_guard_tiny_path PRIVATE amorsize_scripted)
  amorsize_guard_test(tiny_path "instructions of short calls" -D "CALLGRIND=${VALGRIND}"
    -D "WORK=${CMAKE_CURRENT_BINARY_DIR}/callgrind")
endif()

# --- Makespans in virtual time ------------------------------------------------------------------------
amorsize_guard_program(makespans guard/makespans.cpp)
target_link_libraries(amorsize_guard_makespans PRIVATE ${simulator_objects} Threads::Threads)
amorsize_guard_test(makespans "makespans in virtual time")

# --- The table itself: each line is measured by somebody, and each rule of the comparison fires ----------
add_test(NAME "guard: every budget is measured" COMMAND "${CMAKE_COMMAND}" -D "TABLE=${guard_table}"
  -D "GROUPS=${guard_groups}" -P "${guard_check}")
add_test(NAME "guard: the comparison itself" COMMAND "${CMAKE_COMMAND}"
  -D "SELF_TEST=${CMAKE_CURRENT_BINARY_DIR}/guard_self_test" -P "${guard_check}")
set_tests_properties("guard: every budget is measured" "guard: the comparison itself" PROPERTIES
  LABELS guard TIMEOUT 60)
