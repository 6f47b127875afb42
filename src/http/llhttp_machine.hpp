// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/request_buffer.hpp"

namespace oneshot::http {

/// llhttp, the judge of the grammar and of where a message ends, for one request after the other. Whatever it takes for
/// the body it appends to the buffer. Only llhttp_machine.cpp knows llhttp's header.
class LlhttpMachine {
 public:
  explicit LlhttpMachine(RequestBuffer& buffer);
  LlhttpMachine(const LlhttpMachine&) = delete;
  LlhttpMachine& operator=(const LlhttpMachine&) = delete;
  ~LlhttpMachine();

  /// Begins a request.
  void begin();
  /// Shows the method first if llhttp may not know it. Returns how many bytes of the request line that was.
  std::size_t show_method(std::string_view name, Method method);
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

}  // namespace oneshot::http
