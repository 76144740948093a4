# One step of the consumer tests; tests.cmake gives the variables.
cmake_minimum_required(VERSION 3.25)

set(prefix "${WORK}/prefix ${KIND}")
set(foreign "${CMAKE_CURRENT_LIST_DIR}")
set(folder "${WORK}/${STEP} ${KIND}")
set(ENV{LC_ALL} C)
foreach(name IN ITEMS CXXFLAGS CFLAGS LDFLAGS LD_LIBRARY_PATH CMAKE_PREFIX_PATH PKG_CONFIG_PATH)
  set(ENV{${name}} "")
endforeach()

function(run)
  string(JOIN " " shown ${ARGN})
  message(STATUS "${shown}")
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${shown}")
  endif()
endfunction()

# Configures the foreign project, builds and runs it. -O0: what is tested here is the linking.
function(build_consumer from)
  file(REMOVE_RECURSE "${folder}")
  run("${CMAKE_COMMAND}" -S "${foreign}" -B "${folder}" -G "${GENERATOR}"
    -D "CMAKE_CXX_COMPILER=${COMPILER}" -D "AMORSIZE_FROM=${from}" -D CMAKE_BUILD_TYPE=Debug
    -D CMAKE_CXX_FLAGS_DEBUG=-O0 ${ARGN})
  run("${CMAKE_COMMAND}" --build "${folder}")
  run("${folder}/consumer")
endfunction()

if(STEP STREQUAL "install")
  set(built "${BUILD}")
  if((KIND STREQUAL "shared" AND NOT SHARED) OR (KIND STREQUAL "static" AND SHARED))
    set(shared ON)
    if(KIND STREQUAL "static")
      set(shared OFF)
    endif()
    set(built "${folder}")
    run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${built}" -G "${GENERATOR}"
      -D "CMAKE_CXX_COMPILER=${COMPILER}" -D BUILD_SHARED_LIBS=${shared}
      -D "CMAKE_INSTALL_LIBDIR=${LIBDIR}" -D CMAKE_CXX_FLAGS_RELEASE=-O1
      -D AMORSIZE_BUILD_TESTS=OFF -D AMORSIZE_BUILD_EXAMPLES=OFF -D AMORSIZE_BUILD_BENCHMARKS=OFF)
    run("${CMAKE_COMMAND}" --build "${built}")
  endif()
  file(REMOVE_RECURSE "${prefix}" "${prefix} before")
  run("${CMAKE_COMMAND}" --install "${built}" --prefix "${prefix} before")
  file(RENAME "${prefix} before" "${prefix}")  # an installed tree can be moved
  run("${prefix}/bin/amorsize-machine")

elseif(STEP STREQUAL "find_package")
  # A shared library must not make its user look for oneTBB or hwloc.
  set(without "")
  if(KIND STREQUAL "shared")
    set(without -D CMAKE_DISABLE_FIND_PACKAGE_TBB=ON -D CMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON)
  endif()
  build_consumer(find_package -D "CMAKE_PREFIX_PATH=${prefix}" ${without})

elseif(STEP STREQUAL "pkg_config")
  set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
  execute_process(COMMAND pkg-config --cflags --libs amorsize OUTPUT_VARIABLE flags
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  file(MAKE_DIRECTORY "${folder}")
  run("${COMPILER}" -std=c++20 "${foreign}/main.cpp" -o "${folder}/consumer" ${flags})
  set(ENV{LD_LIBRARY_PATH} "${prefix}/${LIBDIR}")
  run("${folder}/consumer")

elseif(STEP STREQUAL "symbols")
  # The library exports its own names and nothing of what it is made of.
  execute_process(COMMAND "${NM}" -DC --defined-only "${prefix}/${LIBDIR}/libamorsize.so"
    OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" symbols "${symbols}")
  foreach(symbol IN LISTS symbols)
    if(symbol MATCHES "tbb::|hwloc|amorsize::[^ ]*(policy|probe|executor|insight)::"
        OR NOT symbol MATCHES "amorsize::v[0-9]+_[0-9]+|^[0-9a-f]+ [VWu] ")
      message(SEND_ERROR "exported, but should be hidden: ${symbol}")
    endif()
  endforeach()
  list(LENGTH symbols count)
  message(STATUS "${count} exported symbols")

  execute_process(COMMAND "${READELF}" -d "${prefix}/${LIBDIR}/libamorsize.so"
    OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "\\.[0-9]+$" "" soversion "${VERSION}")
  foreach(wanted IN ITEMS "SONAME.*\\[libamorsize\\.so\\.${soversion}\\]" "FLAGS_1.*NODELETE")
    if(NOT dynamic MATCHES "${wanted}")
      message(SEND_ERROR "the shared library has no ${wanted}")
    endif()
  endforeach()

elseif(STEP STREQUAL "version")
  # 0.x promises nothing across minor versions: the package must refuse to be another one.
  file(WRITE "${folder}/CMakeLists.txt" "cmake_minimum_required(VERSION 3.25)\n"
    "project(version LANGUAGES CXX)\nfind_package(amorsize \${WANTED} CONFIG QUIET)\n"
    "if(amorsize_FOUND)\n  message(FATAL_ERROR found)\nendif()\n")
  string(REGEX REPLACE "\\.[0-9]+$" "" minor "${VERSION}")
  foreach(wanted IN ITEMS 0.99 1.0 ${minor}.999)
    run("${CMAKE_COMMAND}" -S "${folder}" -B "${folder}/build" -G "${GENERATOR}"
      -D "CMAKE_CXX_COMPILER=${COMPILER}" -D "CMAKE_PREFIX_PATH=${prefix}" -D WANTED=${wanted})
  endforeach()

elseif(STEP STREQUAL "fetch_installed")
  build_consumer(fetch_content -D "CMAKE_PREFIX_PATH=${prefix}")
elseif(STEP STREQUAL "fetch_source")
  build_consumer(fetch_content -D "FETCHCONTENT_SOURCE_DIR_AMORSIZE=${SOURCE}")
elseif(STEP STREQUAL "add_subdirectory")
  build_consumer(add_subdirectory -D "AMORSIZE_SOURCE=${SOURCE}")
else()
  message(FATAL_ERROR "unknown step `${STEP}`")
endif()
