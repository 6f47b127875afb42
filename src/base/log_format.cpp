// SPDX-License-Identifier: MIT
// The text of a line, which log.cpp writes.
#include <cmath>
#include <cstddef>
#include <ctime>

#include "base/json_text.hpp"
#include "base/log.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"

namespace oneshot::log {

namespace {

constexpr std::size_t max_line = 4096;   // PIPE_BUF on Linux: written whole or not at all
constexpr std::size_t room_for_end = 6;  // a closing quote, a blank or a brace, the three bytes of …, the newline
constexpr std::string_view cut_mark = "…";

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

std::string logfmt_line(Level level, std::string_view message, std::initializer_list<Field> fields,
                        const std::int64_t* unix_ms, std::string line) {
  if (unix_ms != nullptr) {
    line += "ts=";
    append_timestamp(line, *unix_ms);
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

/// A string of JSON that leaves room for the end of the line. False if it had to be cut: then the line is full.
bool append_json_string(std::string& line, std::string_view text) {
  line += '"';
  const bool whole = append_json_text(line, text, max_line - room_for_end);
  if (!whole) line += cut_mark;
  line += '"';
  return whole;
}

/// What finds no room is left out, and the message or value that was cut shows it.
std::string json_line(Level level, std::string_view message, std::initializer_list<Field> fields,
                      const std::int64_t* unix_ms, std::string line) {
  line += '{';
  if (unix_ms != nullptr) {
    line += "\"ts\":\"";
    append_timestamp(line, *unix_ms);
    line += "\",";
  }
  line.append("\"level\":\"").append(name_of(level)).append("\",\"msg\":");
  bool whole = append_json_string(line, message);
  for (const Field& field : fields) {
    // Comma, key, colon and four quotes must fit as well.
    const std::size_t needed = field.key.size() + 6 + (field.is_number ? field.value.size() : 0);
    if (!whole || line.size() + needed > max_line - room_for_end) break;
    line.append(",\"").append(field.key).append("\":");
    if (field.is_number) {
      line += field.value;
    } else {
      whole = append_json_string(line, field.value);
    }
  }
  line += "}\n";
  return line;
}

}  // namespace

Field::Field(std::string_view k, double v) : key(k), is_number(std::isfinite(v)) { append_number(value, v); }

std::string timestamp(std::int64_t unix_ms) {
  std::string text;
  append_timestamp(text, unix_ms);
  return text;
}

std::string format(Level level, std::string_view message, std::initializer_list<Field> fields, bool for_journal,
                   std::int64_t unix_ms, Format as) {
  std::string line(for_journal ? journal_prefix(level) : std::string_view());
  const std::int64_t* const time = for_journal ? nullptr : &unix_ms;  // the journal keeps it
  return as == Format::json ? json_line(level, message, fields, time, std::move(line))
                            : logfmt_line(level, message, fields, time, std::move(line));
}

}  // namespace oneshot::log
