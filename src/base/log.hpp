// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace oneshot::log {

enum class Level : std::uint8_t { error, warn, info, debug };
/// How lines are written.
enum class Format : std::uint8_t {
  logfmt,  ///< ts=2026-11-24T05:45:00.123Z level=warn msg="events lost" scraper=prom-a events=3
  json,    ///< {"ts":"2026-11-24T05:45:00.123Z","level":"warn","msg":"events lost","scraper":"prom-a","events":3}
};

/// One `key=value` of a line. Values of client bytes are safe: whatever is not plain printable text is quoted and
/// escaped when the line is written.
struct Field {
  std::string_view key;
  std::string value;
  bool is_number = false;  ///< as JSON has them

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  template <std::integral T>
  Field(std::string_view k, T v) : key(k), value(std::to_string(v)), is_number(true) {}
  Field(std::string_view k, double v);
};

/// Lines below this level are not written. Any thread; takes effect at once.
void set_level(Level level) noexcept;
/// Of lines from now on. Any thread.
void set_format(Format format) noexcept;
[[nodiscard]] bool enabled(Level level) noexcept;

/// Writes one line to standard error, in the format that was set; under journald with a `<N>` priority and without ts.
/// Never blocks: a line that standard error would not take at once is dropped and counted, and the next line that gets
/// through says how many were lost. At most 4,096 bytes; what is longer is cut. Any thread.
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void error(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::error, message, fields);
}
inline void warn(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::warn, message, fields);
}
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::info, message, fields);
}
/// The fields are built whether or not debug is on: guard a hot path with `if (enabled(Level::debug))`.
inline void debug(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::debug, message, fields);
}

/// A moment as the lines give it: 2026-11-24T05:45:00.123Z.
[[nodiscard]] std::string timestamp(std::int64_t unix_ms);

/// The line as `write` would send it, for tests and for the program's own last words.
[[nodiscard]] std::string format(Level level, std::string_view message, std::initializer_list<Field> fields,
                                 bool for_journal, std::int64_t unix_ms, Format as = Format::logfmt);

}  // namespace oneshot::log
