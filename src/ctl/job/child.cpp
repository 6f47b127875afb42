// SPDX-License-Identifier: MIT
#include "ctl/job/child.hpp"

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.hpp"

extern char** environ;

namespace oneshot::ctl {
namespace {

/// What people and service managers send to a program. SIGTSTP and SIGCONT stay as they are: they concern both.
constexpr std::array forwarded{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH};

sigset_t waited_for() noexcept {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  for (const int signal : forwarded) sigaddset(&signals, signal);
  return signals;
}

/// The signals come to wait() alone, and a closed pipe is an error of the one who writes. Returns how it was before,
/// which is how the program gets it.
sigset_t block(const sigset_t& signals) noexcept {
  sigset_t all = signals;
  sigaddset(&all, SIGPIPE);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &all, &before);
  return before;
}

void restore(sigset_t before) noexcept {
  sigaddset(&before, SIGPIPE);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Where whoever started us does not look at his children, neither could we.
void look_at_children() noexcept {
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &usual, nullptr);
}

std::vector<char*> as_argv(std::vector<std::string>& texts) {
  std::vector<char*> argv;
  argv.reserve(texts.size() + 1);
  for (std::string& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  return argv;
}

int spawn(pid_t& pid, Call::Texts command, const sigset_t& mask) {
  std::vector<std::string> texts(command.begin(), command.end());
  const std::vector<char*> argv = as_argv(texts);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &mask);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int fault = posix_spawnp(&pid, argv[0], nullptr, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  return fault;
}

bool from_somebody(const siginfo_t& info) noexcept { return info.si_code <= 0; }  // not from the kernel: sigaction(2)

}  // namespace

int End::status() const noexcept {
  return WIFSIGNALED(wait_status_) ? 128 + WTERMSIG(wait_status_) : WEXITSTATUS(wait_status_);
}

int End::repeat() const noexcept {
  if (!WIFSIGNALED(wait_status_)) return status();
  const int signal = WTERMSIG(wait_status_);
  const rlimit no_core{0, 0};  // the program has written one, if anybody wants it
  setrlimit(RLIMIT_CORE, &no_core);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  std::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  raise(signal);
  return status();
}

Result<Child, Child::Failure> Child::start(Call::Texts command) {
  const sigset_t before = block(waited_for());
  look_at_children();
  pid_t pid = 0;
  const int fault = spawn(pid, command, before);
  if (fault == 0) return Child(pid, before);
  restore(before);
  const std::string why = "cannot run " + printable(command.front(), 1024) + ": " + std::strerror(fault);
  return Unexpected{Failure{why, fault == ENOENT ? 127 : 126}};
}

End Child::wait() {
  const sigset_t signals = waited_for();
  for (;;) {
    siginfo_t info{};
    const int signal = sigwaitinfo(&signals, &info);
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      restore(before_);
      return End(status);
    }
    if (signal > 0 && signal != SIGCHLD && from_somebody(info)) kill(pid_, signal);
  }
}

}  // namespace oneshot::ctl
