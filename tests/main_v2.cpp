// Catch2 v2 has no compiled main; this is it, built once for all test programs.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
