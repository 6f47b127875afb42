// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "http/parse/framing.hpp"
#include "http/parse/parse_state.hpp"

namespace oneshot::http {

/// Takes the body of a request, of a given length or in chunks, with its trailers. Stages body to trailers.
class BodyParser {
 public:
  explicit BodyParser(ParseState& state) : state_(state) {}

  /// Behind the head. `limit` is in bytes, and a Content-Length is within it.
  void begin(const MessageFraming& framing, int minor_version, std::size_t limit);
  /// Once for a body: its client waits for `100 Continue` before it sends the first byte of it.
  [[nodiscard]] bool wants_continue() noexcept { return std::exchange(continue_wanted_, false); }
  /// Takes bytes of the body or of a chunk; returns how many.
  std::size_t take(std::string_view bytes);
  /// Whether the current line, of a chunk or a trailer, is within its limit; if not, it fails.
  bool fits(std::string_view line);
  /// Takes one whole line that was put together in the buffer.
  void take_line(std::string_view line);

 private:
  void take_chunk_line(std::string_view content);
  void take_trailer_line(std::string_view line);
  bool is_there_memory();
  [[nodiscard]] std::size_t most() const noexcept;
  void begin_line(ParseState::Stage stage);

  ParseState& state_;
  std::uint64_t left_ = 0;  // bytes of the body or chunk still to come
  std::size_t limit_ = 0;
  std::size_t extension_bytes_ = 0;
  bool continue_wanted_ = false;  // until a byte of the body is here: then the client does not wait
};

}  // namespace oneshot::http
