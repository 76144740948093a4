#include "workloads/busy_neighbour.hpp"

#include <cerrno>
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace bench {

spinning_process::spinning_process() {
  const pid_t parent = getpid();
  child_ = fork();
  if (child_ < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  if (child_ > 0) {
    return;
  }
  // Nothing here may allocate or lock: the parent may have had threads. A parent that died before
  // the prctl sends no signal any more.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
    _exit(1);
  }
  for (volatile unsigned spins = 0;;) {
    spins = spins + 1;
  }
}

spinning_process::~spinning_process() {
  kill(child_, SIGKILL);
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace bench
