// SPDX-License-Identifier: MIT
//
// llhttp behind a guard. The guard cuts the head, the chunk sizes and the trailers into lines and hands llhttp whole
// lines only: those of a head all at once, as far as they are there; bodies it hands on as they arrive. A header that
// surely is one, and says nothing about the message, it keeps to itself, and in place of a request line in the usual
// shape llhttp is set to where it stands behind such a line: what llhttp costs is half of a request, and nearly all of
// that for bytes that it forgets. That gives us:
// - exact limits, raised as soon as a byte passes them, whether or not the rest ever arrives;
// - what llhttp lets pass is refused here: folded lines, spare whitespace in the request line, RTSP, a header
//   without a name, a missing Host; the unit tests give the same results with llhttp 8.1, 9.2 and 9.4;
// - results that cannot depend on how the network cut the bytes;
// - two opinions on where a message ends. If they ever differ, the request is refused.
// llhttp remains the judge of the framing, and of the grammar of all that is not plain.
//
// Here: from bytes to lines. parser_head and parser_body know what is in a line, request_buffer where it stands.

#include "http/parse/parser.hpp"

#include <limits>
#include <string>

#include "http/grammar.hpp"

namespace oneshot::http {
namespace {

constexpr int empty_lines_allowed = 8;  // some old clients send one after a body
constexpr std::size_t longest_request = std::numeric_limits<std::size_t>::max();
constexpr char tls_handshake = 0x16;  // the first byte of a TLS client

}  // namespace

void Parser::next() {
  state_.begin();
  head_.begin();
  empty_lines_ = 0;
  after_cr_ = false;
}

std::size_t Parser::memory() const noexcept {
  return sizeof(Parser) + LlhttpMachine::memory() + state_.buffer.capacity() + head_.memory();
}

Fed Parser::feed(std::string_view bytes) {
  if (state_.stage >= Stage::complete)
    return {0, state_.stage == Stage::complete ? Progress::complete : Progress::error};
  std::size_t used = 0;
  while (used < bytes.size() && state_.stage < Stage::complete) used += take(bytes.substr(used));
  // Of two faults the first counts, so llhttp gets to see what is before another one, or before what has not arrived.
  head_.show_lines();
  if (state_.stage == Stage::failed) {
    state_.release();  // the reply and the peer's end may take a while
    return {used, Progress::error};
  }
  if (state_.stage == Stage::complete) {
    head_.make_views();
    return {used, Progress::complete};
  }
  return {used, body_.wants_continue() ? Progress::continue_wanted : Progress::need_more};
}

std::size_t Parser::take(std::string_view bytes) {
  switch (state_.stage) {
    case Stage::idle:
      return take_between_requests(bytes);
    case Stage::request_line:
      return take_request_line(bytes);
    case Stage::body:
    case Stage::chunk:
      return body_.take(bytes);
    default:
      return take_line(bytes);
  }
}

std::size_t Parser::take_between_requests(std::string_view bytes) {
  std::size_t used = 0;
  for (const char c : bytes) {
    if (after_cr_ ? c != '\n' : c != '\r') break;
    ++used;
    after_cr_ = !after_cr_;
    if (!after_cr_ && ++empty_lines_ > empty_lines_allowed) {
      state_.fail(400, "more than " + std::to_string(empty_lines_allowed) + " empty lines before the request line");
      return used;
    }
  }
  if (used == bytes.size()) return used;
  const char first = bytes[used];
  if (after_cr_ || first == '\n') {
    refuse_line_end();
  } else if (!token_bytes.has(first)) {
    refuse_first_byte(first);
  } else {
    state_.stage = Stage::request_line;
    return used + take_request_line(bytes.substr(used));
  }
  return used;
}

void Parser::refuse_first_byte(char first) {
  if (first == tls_handshake) {
    state_.fail(400, "this is TLS, and this address takes plain HTTP: write http://, or set server.web_config_file");
  } else {
    state_.fail(400, "the request begins with the byte " + shown_byte(first) + " (a method, such as GET, is required)");
  }
}

void Parser::refuse_line_end() { state_.fail(400, "a line that ends in a lone CR or LF (CR LF is required)"); }

/// A head whose begin is the bytes' begin, which is nearly always whole, is taken line by line where it is.
std::size_t Parser::take_request_line(std::string_view bytes) {
  const std::size_t used = state_.buffer.empty() ? head_.take_lines(bytes) : 0;
  if (used == 0 && state_.stage != Stage::failed) return take_line(bytes);
  if (state_.stage == Stage::head_complete) begin_body();
  return used;
}

/// A line that has not arrived whole, or that is not ASCII: it is put together in the buffer.
std::size_t Parser::take_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const bool whole = end != std::string_view::npos;
  const auto piece = whole ? bytes.substr(0, end + 1) : bytes;
  if (!state_.make_room(piece.size(), longest_request)) return piece.size();
  state_.buffer.append_to_line(piece);
  const auto line = state_.buffer.line();
  const bool fits = state_.stage <= Stage::headers ? head_.fits(line) : body_.fits(line);
  if (fits && whole) take_whole_line(line);
  return piece.size();
}

void Parser::take_whole_line(std::string_view line) {
  const auto cr = line.find('\r');
  if (cr == std::string_view::npos || cr + 2 != line.size()) return refuse_line_end();
  if (state_.stage > Stage::headers) return body_.take_line(line);
  if (state_.stage == Stage::request_line) {
    state_.buffer.percent_encode_line();
    if (state_.buffer.capacity() > kept_bytes && !state_.count(0)) return;
    line = state_.buffer.line();
  }
  head_.take_line(line);
  if (state_.stage == Stage::head_complete) begin_body();
}

void Parser::begin_body() { body_.begin(head_.framing(), head_.minor_version(), head_.body_limit()); }

}  // namespace oneshot::http
