# The simulator: the engine, the executor and what they know, compiled a second time with atomics that
# are charged for in virtual time (tests/support/virtual_machine). A program with it must not link
# amorsize_executor or amorsize_engines: the same names with other atomics.
set(machine_dir "${PROJECT_SOURCE_DIR}/tests/support/virtual_machine")
add_library(amorsize_simulator OBJECT
  "${PROJECT_SOURCE_DIR}/runtime/learnt_overheads.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/map_report.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/map_run.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/map_sharing.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/map_telling.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/site_memory.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/stream_run.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/stream_sharing.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/stream_telling.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/stream_window.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/crew.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/crew_service.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/map_beat.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/share.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/stream_lane.cpp"
  "${PROJECT_SOURCE_DIR}/runtime/executor/worker_loop.cpp"
  "${machine_dir}/cost_shape.cpp"
  "${machine_dir}/fiber.cpp"
  "${machine_dir}/memory_model.cpp"
  "${machine_dir}/random_scenario.cpp"
  "${machine_dir}/scenario.cpp"
  "${machine_dir}/simulate.cpp"
  "${machine_dir}/simulate_stream.cpp"
  "${machine_dir}/topology_model.cpp"
  "${machine_dir}/virtual_enlist.cpp"
  "${machine_dir}/virtual_machine.cpp"
  "${machine_dir}/virtual_process.cpp")
amorsize_settings(amorsize_simulator)
target_include_directories(amorsize_simulator PRIVATE "${PROJECT_SOURCE_DIR}"
  "${PROJECT_SOURCE_DIR}/include")
target_link_libraries(amorsize_simulator PRIVATE PkgConfig::HWLOC)
target_compile_definitions(amorsize_simulator PUBLIC AMORSIZE_ASSERTIONS AMORSIZE_STATIC
  AMORSIZE_ATOMICS="tests/support/virtual_machine/simulated_atomics.hpp"
  AMORSIZE_TRACES="${CMAKE_CURRENT_SOURCE_DIR}/simulation/traces")
# Fast in every build type. Fortified, longjmp takes the change of stacks for an attack.
target_compile_options(amorsize_simulator PUBLIC -O2 PRIVATE -U_FORTIFY_SOURCE)

# What a program with the simulator links.
set(simulator_objects amorsize_simulator amorsize_insight amorsize_policy PkgConfig::HWLOC)

# tests/simulate.sh runs these. Built on demand: none of them is a test. The one that measures links the
# library as it is, the others the simulator.
function(amorsize_simulation_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK;SOURCES")
  add_executable(amorsize_simulation_${name} EXCLUDE_FROM_ALL ${arg_SOURCES})
  amorsize_settings(amorsize_simulation_${name})
  target_include_directories(amorsize_simulation_${name} PRIVATE "${PROJECT_SOURCE_DIR}"
    "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(amorsize_simulation_${name} PRIVATE ${arg_LINK} Threads::Threads)
endfunction()
amorsize_simulation_program(chart LINK ${simulator_objects} SOURCES
  simulation/chart.cpp
  simulation/heat_map.cpp)
amorsize_simulation_program(scenarios LINK ${simulator_objects} SOURCES
  simulation/heat_map.cpp
  simulation/scenario_table.cpp)
amorsize_simulation_program(shapes LINK ${simulator_objects} SOURCES
  simulation/line_chart.cpp
  simulation/shape_curves.cpp)
amorsize_simulation_program(measure LINK amorsize::amorsize SOURCES
  simulation/machine_workloads.cpp
  simulation/measure_machine.cpp
  "${machine_dir}/cost_shape.cpp")
amorsize_simulation_program(vs_machine LINK ${simulator_objects} SOURCES
  simulation/machine_workloads.cpp
  simulation/vs_machine.cpp)
