#include "tests/guard/trapped_calls.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

namespace amorsize_tests {

#if defined(__x86_64__)

// The one place from which calls are let through: the filter knows the address behind the
// instruction.
extern "C" long amorsize_guard_pass_call(
    long number, long a, long b, long c, long d, long e, long f);
extern "C" const char amorsize_guard_passed_call[];
asm(R"(
  .text
  .type amorsize_guard_pass_call, @function
amorsize_guard_pass_call:
  mov %rdi, %rax
  mov %rsi, %rdi
  mov %rdx, %rsi
  mov %rcx, %rdx
  mov %r8, %r10
  mov %r9, %r8
  mov 8(%rsp), %r9
  syscall
amorsize_guard_passed_call:
  ret
  .size amorsize_guard_pass_call, .-amorsize_guard_pass_call
)");

namespace {

// Written by the handler on whatever thread, read by main: they stand for themselves, relaxed.
constinit std::atomic<std::uint64_t> by_main{0};
constinit std::atomic<std::uint64_t> by_others{0};
constinit std::atomic<std::uint64_t> others_waiting{0};
constinit std::atomic<int> last_of_main{0};
constinit thread_local bool is_main = false;

void handle_trap(int, siginfo_t* info, void* context) {
  greg_t* const registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  if (is_main) {
    by_main.fetch_add(1, std::memory_order_relaxed);
    last_of_main.store(info->si_syscall, std::memory_order_relaxed);
  } else {
    by_others.fetch_add(1, std::memory_order_relaxed);
    if (info->si_syscall == SYS_futex && (registers[REG_RSI] & FUTEX_CMD_MASK) == FUTEX_WAIT) {
      others_waiting.fetch_add(1, std::memory_order_relaxed);
    }
  }
  registers[REG_RAX] = amorsize_guard_pass_call(info->si_syscall,
                                                registers[REG_RDI],
                                                registers[REG_RSI],
                                                registers[REG_RDX],
                                                registers[REG_R10],
                                                registers[REG_R8],
                                                registers[REG_R9]);
}

bool install_filter() {
  const auto passed = reinterpret_cast<std::uintptr_t>(&amorsize_guard_passed_call);
  const auto low = static_cast<std::uint32_t>(passed);
  const auto high = static_cast<std::uint32_t>(passed >> 32U);
  constexpr std::uint32_t place = offsetof(seccomp_data, instruction_pointer);
  // Let through: the end of the handler itself, new threads (they start on a stack of their own,
  // which a handler cannot give them), the clock, and what the handler calls. The two numbers of a
  // jump say how many rules to skip if equal, and if not.
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 10),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 8, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 5, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, place),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, low, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, place + 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, high, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{std::size(rules), rules};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

}  // namespace

std::string start_trapping() {
  is_main = true;
  struct sigaction action {};
  action.sa_sigaction = &handle_trap;
  action.sa_flags = SA_SIGINFO;
  if (sigaction(SIGSYS, &action, nullptr) != 0 || !install_filter()) {
    return std::string("no seccomp filter to be had: ") + std::strerror(errno);
  }
  return {};
}

call_counts calls_made() noexcept {
  return {by_main.load(std::memory_order_relaxed),
          by_others.load(std::memory_order_relaxed),
          others_waiting.load(std::memory_order_relaxed)};
}

int last_call_of_main() noexcept {
  return last_of_main.load(std::memory_order_relaxed);
}

#else

std::string start_trapping() {
  return "system calls are counted on x86-64 only";
}
call_counts calls_made() noexcept {
  return {};
}
int last_call_of_main() noexcept {
  return 0;
}

#endif

}  // namespace amorsize_tests
