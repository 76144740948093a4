// The one place where the version is written; CMake reads it from here.
#pragma once

#define AMORSIZE_VERSION_MAJOR 0
#define AMORSIZE_VERSION_MINOR 1
#define AMORSIZE_VERSION_PATCH 0

// The inline namespace changes with every release that may break binary compatibility. Debug-mode
// containers change the size of `report`, so mixing them with a normal build is made a link error.
#ifdef _GLIBCXX_DEBUG
#define AMORSIZE_ABI_NAMESPACE v0_1_dbg
#else
#define AMORSIZE_ABI_NAMESPACE v0_1
#endif

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// The version of the headers a program was compiled with.
inline constexpr int version_major = AMORSIZE_VERSION_MAJOR;
inline constexpr int version_minor = AMORSIZE_VERSION_MINOR;
inline constexpr int version_patch = AMORSIZE_VERSION_PATCH;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
