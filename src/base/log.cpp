// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <mutex>

#include "base/clock.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"

// Lines go straight to standard error, without a thread or a queue. What makes this safe on the way of a
// request: a pipe or socket that polls writable takes PIPE_BUF (4,096) bytes at once, and no line is longer.
// The lock keeps two of our threads from both trusting one poll. So a reader that has stopped costs lines,
// never time.

namespace oneshot::log {

namespace {

constexpr std::size_t max_line = 4096;   // PIPE_BUF on Linux: written whole or not at all
constexpr std::size_t room_for_end = 6;  // a closing quote, a blank and the three bytes of …, the newline
constexpr std::string_view cut_mark = "…";

std::atomic<Level> lowest{Level::info};

struct Output {
  std::mutex mutex;
  std::uint64_t dropped = 0;
  bool torn = false;  ///< the last line was written in part (a full disk, a terminal)
};

Output& output() noexcept {
  static Output instance;
  return instance;
}

std::string_view name_of(Level level) noexcept {
  switch (level) {
    case Level::error:
      return "error";
    case Level::warn:
      return "warn";
    case Level::info:
      return "info";
    case Level::debug:
      break;
  }
  return "debug";
}

/// The priorities of sd-daemon(3), which are those of syslog(3).
std::string_view journal_prefix(Level level) noexcept {
  switch (level) {
    case Level::error:
      return "<3>";
    case Level::warn:
      return "<4>";
    case Level::info:
      return "<6>";
    case Level::debug:
      break;
  }
  return "<7>";
}

void append_timestamp(std::string& line, std::int64_t unix_ms) {
  const std::time_t second = static_cast<std::time_t>(unix_ms / 1000);
  std::tm utc{};
  ::gmtime_r(&second, &utc);
  const auto part = [&line](int value, std::size_t width, char after) {
    append_padded(line, static_cast<std::uint64_t>(value), width);
    line += after;
  };
  part(utc.tm_year + 1900, 4, '-');
  part(utc.tm_mon + 1, 2, '-');
  part(utc.tm_mday, 2, 'T');
  part(utc.tm_hour, 2, ':');
  part(utc.tm_min, 2, ':');
  part(utc.tm_sec, 2, '.');
  part(static_cast<int>(unix_ms % 1000), 3, 'Z');
}

bool needs_quotes(std::string_view value) {
  if (value.empty() || value.find_first_of(" =") != std::string_view::npos) return true;
  std::string escaped;
  append_escaped(escaped, value, max_line);
  return escaped != value;
}

/// Appends a value that leaves room for the end of the line. False if it had to be cut: then the line is
/// full.
bool append_value(std::string& line, std::string_view value, bool quoted) {
  if (quoted) line += '"';
  const bool whole = append_escaped(line, value, max_line - room_for_end);
  if (!whole) line += cut_mark;
  if (quoted) line += '"';
  return whole;
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

Field::Field(std::string_view k, double v) : key(k) { append_number(value, v); }

void set_level(Level level) noexcept { lowest.store(level, std::memory_order_relaxed); }

bool enabled(Level level) noexcept { return level <= lowest.load(std::memory_order_relaxed); }

std::string timestamp(std::int64_t unix_ms) {
  std::string text;
  append_timestamp(text, unix_ms);
  return text;
}

std::string format(Level level, std::string_view message, std::initializer_list<Field> fields, bool for_journal,
                   std::int64_t unix_ms) {
  std::string line;
  if (for_journal) {
    line += journal_prefix(level);
  } else {
    line += "ts=";
    append_timestamp(line, unix_ms);
    line += ' ';
  }
  line += "level=";
  line += name_of(level);
  line += " msg=";
  bool whole = append_value(line, message, true);
  for (const Field& field : fields) {
    if (!whole) break;
    // Blank, key, equals sign and both quotes must fit as well.
    if (line.size() + field.key.size() + 4 > max_line - room_for_end) {
      line += ' ';
      line += cut_mark;
      break;
    }
    line += ' ';
    line += field.key;
    line += '=';
    whole = append_value(line, field.value, needs_quotes(field.value));
  }
  line += '\n';
  return line;
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  static const bool for_journal = stderr_is_journal();
  const std::int64_t now = system_clock().unix_ms();
  const std::string line = format(level, message, fields, for_journal, now);

  Output& out = output();
  const std::lock_guard lock(out.mutex);
  if (out.torn && send(out, "\n")) out.torn = false;
  if (out.dropped > 0) {
    const auto notice =
        format(Level::warn, "log lines lost, nobody read standard error", {{"dropped", out.dropped}}, for_journal, now);
    if (send(out, notice)) out.dropped = 0;
  }
  if (out.dropped > 0 || !send(out, line)) ++out.dropped;
}

}  // namespace oneshot::log
