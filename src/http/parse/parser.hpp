// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/parse/limits.hpp"
#include "http/parse/parse_state.hpp"
#include "http/parse/parser_body.hpp"
#include "http/parse/parser_head.hpp"
#include "http/protocol_error.hpp"
#include "http/request.hpp"

namespace oneshot::http {

enum class Progress : std::uint8_t {
  need_more,        ///< all bytes were taken, and the request is not whole yet
  continue_wanted,  ///< the same, and the client waits for `100 Continue` before it sends the body
  complete,         ///< request() is there; later bytes were left alone
  error,            ///< error() says why there is no request; nothing more is taken
};

struct Fed {
  std::size_t used;  ///< how many of the bytes were taken; the rest is for the next request
  Progress progress;
};

/// Makes requests out of the bytes of one connection, as they arrive. It copies what it needs, so the read
/// buffer may be reused at once, and keeps its own memory from request to request. However the bytes are cut
/// into pieces, the requests and errors are the same. Used by one thread.
class Parser {
 public:
  explicit Parser(const Limits& limits = {}) : state_(limits), head_(state_), body_(state_) {}
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// Takes bytes up to the end of the first whole request, so that pipelined ones are answered in order.
  Fed feed(std::string_view bytes);
  /// After `complete`: the request; what is not of its bytes is for the caller to fill in, and stays from request to
  /// request. Its views live until next(), for which the bytes that were fed last have to stay where they are: a head
  /// that came whole, and has no body, is not copied.
  [[nodiscard]] Request& request() noexcept { return head_.request(); }
  /// After `error`.
  [[nodiscard]] const ProtocolError& error() const noexcept { return state_.error; }
  /// Begins the next request of the connection; gives memory back if this one took much.
  void next();

  /// A byte of the request has arrived. Empty lines before it do not count (RFC 9112 2.2).
  [[nodiscard]] bool started() const noexcept { return state_.stage != Stage::idle; }
  /// The headers are whole, the body is not.
  [[nodiscard]] bool in_body() const noexcept { return state_.stage >= Stage::body && state_.stage <= Stage::trailers; }

  // What the reply needs to know, also an error's reply.
  /// Whether the client lets the connection live on after the reply. Never after an error or CONNECT.
  [[nodiscard]] bool keep_alive() const noexcept { return state_.keep_alive; }
  /// The method is HEAD, so the reply has no body.
  [[nodiscard]] bool head() const noexcept { return head_.request().method == Method::head; }
  [[nodiscard]] int minor_version() const noexcept { return head_.minor_version(); }
  /// The request has memory of the budget.
  [[nodiscard]] bool borrows() const noexcept { return state_.lease.bytes() > 0; }
  /// Bytes held, in use or kept for the next request.
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  using Stage = ParseState::Stage;

  std::size_t take(std::string_view bytes);
  std::size_t take_between_requests(std::string_view bytes);
  std::size_t take_request_line(std::string_view bytes);
  std::size_t take_line(std::string_view bytes);
  void take_whole_line(std::string_view line);
  void begin_body();
  [[gnu::cold]] void refuse_first_byte(char first);
  [[gnu::cold]] void refuse_line_end();

  ParseState state_;
  HeadParser head_;
  BodyParser body_;
  int empty_lines_ = 0;    // before the request line
  bool after_cr_ = false;  // between requests
};

}  // namespace oneshot::http
