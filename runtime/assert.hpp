// AMORSIZE_ASSERT: for mistakes of this library's own programmers, never for user data. On in Debug
// builds and in all tests.
// Thread safety: immutable.
#pragma once

#if defined(AMORSIZE_ASSERTIONS)
#include <cstdio>
#include <cstdlib>
#define AMORSIZE_ASSERT(condition)                                                               \
  ((condition) ? static_cast<void>(0)                                                            \
               : (std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition), \
                  std::abort()))
#else
#define AMORSIZE_ASSERT(condition) static_cast<void>(0)
#endif
