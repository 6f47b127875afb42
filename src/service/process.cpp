// SPDX-License-Identifier: MIT
#include "service/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/log.hpp"

namespace oneshot::service {

void ignore_signals_of_writing() noexcept {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void explain_bus_errors() noexcept {
  struct sigaction action {};
  action.sa_handler = [](int) {
    constexpr std::string_view line =
        "oneshot-metrics-server: the file of the event log (storage.path) can no longer be read or written: a disk "
        "error, or somebody has cut it short; the program ends\n";
    [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, line.data(), line.size());
    ::_exit(1);
  };
  ::sigaction(SIGBUS, &action, nullptr);
}

std::size_t raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    if (limit.rlim_cur >= limit.rlim_max) return limit.rlim_cur;
    const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return limit.rlim_cur;
    limit.rlim_cur = before;
  }
  log::warn("the limit of open files cannot be raised", {{"reason", std::strerror(errno)}});
  return limit.rlim_cur;
}

unsigned connection_count(unsigned configured, std::size_t open_files, unsigned workers) noexcept {
  // Standard streams, the port, signals and what is read now and then; each thread has an event loop of three files.
  const std::size_t own = 16 + std::size_t{4} * (workers + 1);
  const std::size_t left = open_files > own ? open_files - own : 1;
  return static_cast<unsigned>(std::min<std::size_t>(configured, left));
}

void fit_connections(net::Options& options) {
  const std::size_t open_files = raise_open_files_limit();
  const unsigned wanted = options.max_connections;
  const unsigned possible = connection_count(wanted, open_files, worker_count(options.threads));
  if (possible >= wanted) return;
  log::warn("fewer connections than server.max_connections: the limit of open files is too low",
            {{"max_connections", possible}, {"wanted", wanted}, {"open_files", open_files}});
  options.max_connections = possible;
}

bool terminal_has_gone() noexcept {
  static const bool began_in_terminal = ::isatty(STDERR_FILENO) == 1;
  if (!began_in_terminal) return false;
  pollfd terminal{STDERR_FILENO, POLLOUT, 0};
  return ::poll(&terminal, 1, 0) < 0 || (terminal.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

void open_standard_streams() noexcept {
  int fd = 0;
  do {
    fd = ::open("/dev/null", O_RDWR);  // the lowest free number
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) ::close(fd);
}

unsigned worker_count(unsigned configured) noexcept {
  constexpr unsigned most = 4;
  if (configured != 0) return configured;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  // Fails only where there are more CPUs than the set holds (1024): then there are enough.
  if (::sched_getaffinity(0, sizeof cpus, &cpus) != 0) return most;
  return std::clamp(static_cast<unsigned>(CPU_COUNT(&cpus)), 1U, most);
}

}  // namespace oneshot::service
