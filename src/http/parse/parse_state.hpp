// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/memory_budget.hpp"
#include "http/parse/limits.hpp"
#include "http/parse/llhttp_machine.hpp"
#include "http/parse/request_buffer.hpp"
#include "http/protocol_error.hpp"

namespace oneshot::http {

/// What of its memory each connection keeps between requests, for each of its buffers: its own, which no budget counts.
inline constexpr std::size_t kept_bytes = 16 * 1024;

/// What the parsers of a head and of a body share for one request after the other.
struct ParseState {
  enum class Stage : std::uint8_t {
    idle,
    request_line,
    headers,
    head_complete,  ///< and a body is to come
    body,           ///< of Content-Length
    chunk_line,     ///< the size of a chunk
    chunk,          ///< and its bytes with the line end
    trailers,
    complete,
    failed,
  };

  explicit ParseState(const Limits& given) : limits(given), machine(buffer) {}

  /// Begins the next request.
  void begin();
  /// Gives back what a body that nobody will read holds.
  void release();
  /// Memory for `more` bytes in the buffer, which is going to have `most` of them. False, and the request fails, where
  /// the budget has not got it.
  [[nodiscard]] bool make_room(std::size_t more, std::size_t most) {
    return buffer.size() + more <= std::max(buffer.capacity(), kept_bytes) || borrow_room(more, most);
  }
  /// The request has taken this memory already, beside the buffer or in it. As make_room().
  [[nodiscard]] bool count(std::size_t bytes_beside);

  /// The budget is used up. Always false.
  [[gnu::cold]] bool fail_for_memory();
  /// The request is wrong and the connection ends after the reply. Always false.
  [[gnu::cold]] bool fail(ProtocolError fault);
  [[gnu::cold]] bool fail(int status, std::string message);

  const Limits limits;
  RequestBuffer buffer;
  LlhttpMachine machine;
  MemoryBudget::Lease lease;
  ProtocolError error;
  Stage stage = Stage::idle;
  bool keep_alive = false;      ///< the client lets the connection live on
  std::size_t field_bytes = 0;  ///< of whole header and trailer lines
  std::size_t field_lines = 0;

 private:
  bool borrow_room(std::size_t more, std::size_t most);
  [[nodiscard]] bool borrow(std::size_t capacity) noexcept;

  std::size_t beside_ = 0;
};

/// A line may be cut anywhere, also before its line end, so a CR that is last may be a part of that.
[[nodiscard]] inline std::string_view without_line_end(std::string_view line) noexcept {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace oneshot::http
