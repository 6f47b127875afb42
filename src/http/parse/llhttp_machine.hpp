// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "http/parse/request_buffer.hpp"
#include "http/request.hpp"

namespace oneshot::http {

/// llhttp, the judge of the grammar and of where a message ends, for one request after the other. Whatever it takes for
/// the body it appends to the buffer. Only llhttp_machine.cpp knows llhttp's header.
class LlhttpMachine {
 public:
  explicit LlhttpMachine(RequestBuffer& buffer);
  LlhttpMachine(const LlhttpMachine&) = delete;
  LlhttpMachine& operator=(const LlhttpMachine&) = delete;
  ~LlhttpMachine();

  /// Whether llhttp reads what a header of that name says. False for most, by the length and the first byte alone; true
  /// also for some others. Of these headers llhttp checks the grammar, and nothing that comes behind depends on them.
  [[nodiscard]] static bool reads_header(std::string_view name) noexcept {
    switch (name.size()) {
      case 7:
        return to_lower(name.front()) == 'u';  // Upgrade
      case 10:
      case 14:
        return to_lower(name.front()) == 'c';  // Connection, Content-Length
      case 16:
        return to_lower(name.front()) == 'p';  // Proxy-Connection
      case 17:
        return to_lower(name.front()) == 't';  // Transfer-Encoding
      default:
        return false;
    }
  }

  /// Begins a request.
  void begin();
  /// Shows the method first if llhttp may not know it. Returns how many bytes of the request line that was.
  std::size_t show_method(std::string_view name, Method method);
  /// In place of showing it a plain request line, right behind begin(). Plain: a method that Method names, a target
  /// that begins with a slash and is made of printable bytes other than the blank and `#`, HTTP/1.0 or 1.1. llhttp lets
  /// each such line pass, and remembers the method and the version. So it was shown one of each kind once, and goes on
  /// from there.
  void pass_plain_line(Method method, int minor_version);
  /// False if llhttp refuses the bytes.
  bool execute(std::string_view bytes);

  [[nodiscard]] bool headers_complete() const noexcept { return headers_complete_; }
  [[nodiscard]] bool message_complete() const noexcept { return message_complete_; }
  [[nodiscard]] bool is_connect() const noexcept;
  /// Of the chunk whose line was shown last.
  [[nodiscard]] std::uint64_t chunk_size() const noexcept { return chunk_size_; }
  /// llhttp's own words for a refusal.
  [[nodiscard]] std::string reason() const;
  /// Bytes held.
  [[nodiscard]] static std::size_t memory() noexcept;

 private:
  struct State;

  RequestBuffer& buffer_;
  std::unique_ptr<State> state_;
  std::uint64_t chunk_size_ = 0;
  bool headers_complete_ = false;
  bool message_complete_ = false;
};

/// The same judge for one response of another server, however its bytes are cut. What it takes for the body goes to the
/// caller's string.
class LlhttpResponseMachine {
 public:
  LlhttpResponseMachine();
  LlhttpResponseMachine(const LlhttpResponseMachine&) = delete;
  LlhttpResponseMachine& operator=(const LlhttpResponseMachine&) = delete;
  ~LlhttpResponseMachine();

  /// False if llhttp refuses the bytes.
  bool execute(std::string_view bytes);
  /// The connection has ended, which ends a body without a length. False: in the middle of the message.
  bool finish();

  [[nodiscard]] bool message_complete() const noexcept { return message_complete_; }
  /// From the end of its line on; 0 before.
  [[nodiscard]] int status() const noexcept;
  /// Of the header Location; empty: there is none.
  [[nodiscard]] const std::string& location() const noexcept { return location_; }
  [[nodiscard]] std::string& body() noexcept { return body_; }
  /// llhttp's own words for a refusal.
  [[nodiscard]] std::string reason() const;

 private:
  struct State;

  std::unique_ptr<State> state_;
  std::string header_;  // the name of the current one
  std::string location_;
  std::string body_;
  bool in_value_ = false;
  bool message_complete_ = false;
};

}  // namespace oneshot::http
