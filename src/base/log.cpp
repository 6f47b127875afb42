// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <mutex>

#include "base/clock.hpp"

// Lines go straight to standard error, without a thread or a queue. What makes this safe on the way of a
// request: a pipe or socket that polls writable takes PIPE_BUF (4,096) bytes at once, and no line is longer.
// The lock keeps two of our threads from both trusting one poll. So a reader that has stopped costs lines,
// never time.

namespace oneshot::log {

namespace {

std::atomic<Level> lowest{Level::info};
std::atomic<Format> written_as{Format::logfmt};

struct Output {
  std::mutex mutex;
  std::uint64_t dropped = 0;
  bool torn = false;  ///< the last line was written in part (a full disk, a terminal)
};

Output& output() noexcept {
  static Output instance;
  return instance;
}

/// systemd.exec(5): JOURNAL_STREAM is "device:inode" of the journal's socket. A child with redirected
/// standard error inherits the variable, hence the comparison.
bool stderr_is_journal() noexcept {
  const char* const stream = std::getenv("JOURNAL_STREAM");  // nobody sets it meanwhile
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

/// The lock is held.
bool send(Output& out, std::string_view line) noexcept {
  pollfd ready{STDERR_FILENO, POLLOUT, 0};
  int polled = 0;
  do {
    polled = ::poll(&ready, 1, 0);
  } while (polled < 0 && errno == EINTR);
  if (polled != 1 || (ready.revents & POLLOUT) == 0) return false;
  ssize_t written = 0;
  do {
    written = ::write(STDERR_FILENO, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written <= 0) return false;  // EPIPE and EAGAIN among them: the line is lost, and counted
  out.torn = static_cast<std::size_t>(written) < line.size();
  return !out.torn;
}

}  // namespace

void set_level(Level level) noexcept { lowest.store(level, std::memory_order_relaxed); }

void set_format(Format format) noexcept { written_as.store(format, std::memory_order_relaxed); }

bool enabled(Level level) noexcept { return level <= lowest.load(std::memory_order_relaxed); }

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  static const bool for_journal = stderr_is_journal();
  const std::int64_t now = system_clock().unix_ms();
  const Format as = written_as.load(std::memory_order_relaxed);
  const std::string line = format(level, message, fields, for_journal, now, as);

  Output& out = output();
  const std::lock_guard lock(out.mutex);
  if (out.torn && send(out, "\n")) out.torn = false;
  if (out.dropped > 0) {
    const auto notice = format(Level::warn, "log lines lost, nobody read standard error", {{"dropped", out.dropped}},
                               for_journal, now, as);
    if (send(out, notice)) out.dropped = 0;
  }
  if (out.dropped > 0 || !send(out, line)) ++out.dropped;
}

}  // namespace oneshot::log
