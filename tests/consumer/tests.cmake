# Every way to use amorsize, each from a foreign project. The shared library is installed from this
# very build, the static one from a build of its own; both prefixes are moved after installation.
if(AMORSIZE_SANITIZE OR NOT AMORSIZE_INSTALL)
  return()  # a foreign project knows nothing of our sanitizers
endif()

set(work "${CMAKE_CURRENT_BINARY_DIR}/consumer with spaces")
function(amorsize_consumer_test name step)
  add_test(NAME "consumer: ${name}" COMMAND "${CMAKE_COMMAND}"
    -D "STEP=${step}" -D "SOURCE=${PROJECT_SOURCE_DIR}" -D "BUILD=${PROJECT_BINARY_DIR}"
    -D "SHARED=${BUILD_SHARED_LIBS}" -D "WORK=${work}" -D "COMPILER=${CMAKE_CXX_COMPILER}"
    -D "NM=${CMAKE_NM}" -D "READELF=${CMAKE_READELF}"
    -D "GENERATOR=${CMAKE_GENERATOR}" -D "LIBDIR=${CMAKE_INSTALL_LIBDIR}" -D "VERSION=${PROJECT_VERSION}" ${ARGN}
    -P "${PROJECT_SOURCE_DIR}/tests/consumer/run.cmake")
  set_tests_properties("consumer: ${name}" PROPERTIES LABELS consumer TIMEOUT ${timeout_consumer}
    PROCESSORS 2)
endfunction()

foreach(kind IN ITEMS shared static)
  amorsize_consumer_test("install ${kind}" install -D KIND=${kind})
  set_tests_properties("consumer: install ${kind}" PROPERTIES FIXTURES_SETUP installed_${kind})
  foreach(step IN ITEMS find_package pkg_config)
    amorsize_consumer_test("${step} ${kind}" ${step} -D KIND=${kind})
    set_tests_properties("consumer: ${step} ${kind}" PROPERTIES
      FIXTURES_REQUIRED installed_${kind})
  endforeach()
endforeach()
amorsize_consumer_test("exported symbols" symbols -D KIND=shared)
amorsize_consumer_test("other version is refused" version -D KIND=shared)
amorsize_consumer_test("fetch_content of the installed package" fetch_installed -D KIND=shared)
set_tests_properties("consumer: exported symbols" "consumer: other version is refused"
  "consumer: fetch_content of the installed package" PROPERTIES FIXTURES_REQUIRED installed_shared)
amorsize_consumer_test("add_subdirectory" add_subdirectory)
amorsize_consumer_test("fetch_content of the sources" fetch_source)

# Each public header must compile by itself.
add_test(NAME "consumer: each header alone" COMMAND "${CMAKE_COMMAND}"
  --build "${PROJECT_BINARY_DIR}" --target all_verify_interface_header_sets)
set_tests_properties("consumer: each header alone" PROPERTIES LABELS consumer
  TIMEOUT ${timeout_consumer} PROCESSORS 2 RUN_SERIAL ON)
