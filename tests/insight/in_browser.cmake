# Opens the pages of sample_page.cpp and those of tests/api/six_maps.test.cpp in a headless Chromium and
# reads what became of them.
#   cmake -D BROWSER=<chromium> -D PAGES=<program> -D SIX_MAPS=<program> -D WORK=<folder> -P in_browser.cmake
cmake_minimum_required(VERSION 3.25)
file(MAKE_DIRECTORY "${WORK}")

execute_process(COMMAND "${CMAKE_COMMAND}" -E env "AMORSIZE_TEST_PAGES=${WORK}"
  "${SIX_MAPS}" "*tell the same of six kinds of maps" COMMAND_ERROR_IS_FATAL ANY)
file(GLOB maps RELATIVE "${WORK}" "${WORK}/map*.html")
list(TRANSFORM maps REPLACE "\\.html$" "")
list(LENGTH maps count)
if(count LESS 6)
  message(FATAL_ERROR "only ${count} pages of maps")
endif()

foreach(page IN ITEMS hostile long empty LISTS maps)
  set(file "${WORK}/${page}.html")
  if(page MATCHES "^(hostile|long|empty)$")
    execute_process(COMMAND "${PAGES}" ${page} "${file}" COMMAND_ERROR_IS_FATAL ANY)
  endif()
  # No name can be looked up: what the page asked the network for would be an error in the log.
  execute_process(
    COMMAND "${BROWSER}" --headless --no-sandbox --disable-gpu --disable-background-networking
      --no-first-run "--user-data-dir=${WORK}/profile" "--host-resolver-rules=MAP * ~NOTFOUND"
      --enable-logging=stderr --log-level=0 --dump-dom "file://${file}"
    OUTPUT_VARIABLE dom ERROR_VARIABLE log RESULT_VARIABLE result TIMEOUT 60)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${page}: the browser ended with ${result}\n${log}")
  endif()
  if(log MATCHES "[^\n]*CONSOLE[^\n]*")
    message(FATAL_ERROR "${page}: a message on the console: ${CMAKE_MATCH_0}")
  endif()
  foreach(unwanted IN ITEMS "<script" "<img" "onerror=\"" "<iframe")
    string(FIND "${dom}" "${unwanted}" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${page}: a label became ${unwanted}")
    endif()
  endforeach()
  string(REGEX MATCHALL "<style" styles "${dom}")
  list(LENGTH styles count)
  if(NOT count EQUAL 1 OR NOT dom MATCHES "<h2>The report</h2>")
    message(FATAL_ERROR "${page}: not the page that was written: ${count} style sheets")
  endif()
endforeach()
file(SIZE "${WORK}/long.html" bytes)
if(bytes GREATER 1500000)
  message(FATAL_ERROR "the page of 100,000 chunks has ${bytes} bytes")
endif()
