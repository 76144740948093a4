// Which symbols leave the compiled library. Written by hand so that include/ works as it is.
#pragma once

#if defined(AMORSIZE_STATIC)
#define AMORSIZE_API
#else
#define AMORSIZE_API __attribute__((visibility("default")))
#endif

// For what a program instantiates itself: never exported, so that a plugin can be unloaded.
#define AMORSIZE_HIDDEN __attribute__((visibility("hidden")))
