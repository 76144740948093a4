# Compiles SOURCE (-fsyntax-only). A *.fail.cpp must be refused by the compiler with the sentence of its
# first line, `// EXPECT: the sentence`; any other file must compile.
#   cmake -D COMPILER= -D INCLUDE= -D SOURCE= [-D MUST_REFUSE=ON] -P compile_fail.cmake
# MUST_REFUSE turns the verdict round: it tests this script.
cmake_minimum_required(VERSION 3.25)

set(ENV{LC_ALL} C)
execute_process(
  COMMAND "${COMPILER}" -std=c++20 -fsyntax-only -Wall -Wextra -I "${INCLUDE}" "${SOURCE}"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)

set(verdict "")
if(SOURCE MATCHES "\\.fail\\.cpp$")
  file(STRINGS "${SOURCE}" first_line LIMIT_COUNT 1)
  if(NOT first_line MATCHES "^// EXPECT: (.*[^ ])")
    set(verdict "the first line is not `// EXPECT: the sentence`")
  else()
    set(sentence "${CMAKE_MATCH_1}")
    # The compiler shows source lines: the sentence must come from the library, not from this file.
    string(REPLACE "// EXPECT: ${sentence}" "" said "${output}")
    string(FIND "${said}" "${sentence}" position)
    if(result EQUAL 0)
      set(verdict "it compiles, but must not")
    elseif(position EQUAL -1)
      set(verdict "the compiler does not say `${sentence}`")
    endif()
  endif()
elseif(NOT result EQUAL 0)
  set(verdict "it must compile")
endif()

if(MUST_REFUSE)
  if(verdict)
    message(STATUS "refused, as it should be: ${verdict}")
  else()
    message(FATAL_ERROR "${SOURCE}: was accepted, but must not be")
  endif()
elseif(verdict)
  message(FATAL_ERROR "${SOURCE}: ${verdict}\n${output}")
endif()
