// The executor's atomics on a virtual machine: each access is charged to the thread that makes it.
// Compiled into the production sources through AMORSIZE_ATOMICS
// (runtime/executor/atomic_policy.hpp). Thread safety: one real thread; the machine's threads are
// interrupted only where they are charged.
#pragma once

#include <amorsize/version.hpp>

#include <cstddef>

namespace amorsize_tests {

// virtual_machine.hpp, seen from below: it includes executor headers itself.
void charge_load(const void* at);
void charge_store(const void* at);
void charge_modify(const void* at);
void charge_pause();
bool wait_on(const void* at);
void notify_all(const void* at);
template <class T>
void note_exchange() {}

}  // namespace amorsize_tests

#include "tests/support/replaced_atomics.hpp"
