// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/framing.hpp"
#include "http/protocol_error.hpp"
#include "http/request.hpp"

namespace oneshot::http {

struct Limits {
  std::size_t request_line = 64 * 1024;  ///< bytes without its line end; over it 414
  std::size_t header_bytes = 32 * 1024;  ///< header and trailer lines and the empty line, with line ends; over it 431
  std::size_t headers = 100;             ///< with trailers; over it 431
  std::size_t body = 64 * 1024;          ///< bytes without chunk framing; over it 413
};

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
  explicit Parser(const Limits& limits = {});
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser();

  /// Takes bytes up to the end of the first whole request, so that pipelined ones are answered in order.
  Fed feed(std::string_view bytes);
  /// After `complete`: the request; peer, arrived and pipelined are for the caller to fill in. Its views live
  /// until next().
  [[nodiscard]] Request& request() noexcept { return request_; }
  /// After `error`.
  [[nodiscard]] const ProtocolError& error() const noexcept { return error_; }
  /// Begins the next request of the connection; gives memory back if this one took much.
  void next();

  /// A byte of the request has arrived. Empty lines before it do not count (RFC 9112 2.2).
  [[nodiscard]] bool started() const noexcept { return stage_ != Stage::idle; }
  /// The headers are whole, the body is not.
  [[nodiscard]] bool in_body() const noexcept { return stage_ >= Stage::body && stage_ <= Stage::trailers; }

  // What the reply needs to know, also an error's reply.
  /// Whether the client lets the connection live on after the reply. Never after an error or CONNECT.
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
  /// The method is HEAD, so the reply has no body.
  [[nodiscard]] bool head() const noexcept { return request_.method == Method::head; }
  [[nodiscard]] int minor_version() const noexcept { return minor_version_; }
  /// Bytes held, in use or kept for the next request.
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  enum class Stage : std::uint8_t {
    idle,
    request_line,
    headers,
    body,        // of Content-Length
    chunk_line,  // the size of a chunk
    chunk,       // and its bytes with the line end
    trailers,
    complete,
    failed,
  };
  enum class Fault : std::uint8_t {
    request_line_too_long,
    header_section_too_long,
    too_many_header_lines,
    folded_line,
    lone_line_end,
    chunk_extensions_too_long,
  };
  struct Machine;  // llhttp and its callbacks
  struct Place {   // in the arena, which may still move
    std::uint32_t at = 0;
    std::uint32_t size = 0;
  };
  struct HeaderPlace {
    Place name;
    Place value;
  };

  std::size_t take(std::string_view bytes);
  std::size_t take_between_requests(std::string_view bytes);
  std::size_t take_data(std::string_view bytes);
  std::size_t take_head(std::string_view bytes);
  std::size_t take_line(std::string_view bytes);
  bool within_limits(std::string_view line);
  bool field_fits(std::string_view line);
  void take_whole_line(std::string_view whole);
  bool count_field(std::string_view line);
  void take_request_line(std::string_view line);
  void take_header_line(std::string_view line);
  [[gnu::noinline]] bool apply(std::string_view name, std::string_view value);
  void take_end_of_headers(std::string_view line);
  bool show_lines(std::size_t end);
  void explain_refusal(std::string_view lines);
  void take_chunk_line();
  void take_trailer_line();
  void begin_line(Stage stage);
  void begin_header_line(std::string_view line);
  void make_views();
  [[gnu::cold]] bool refuse(Fault fault);
  [[gnu::cold]] void refuse_header(std::string_view content);
  void fail(int status, std::string message);
  void fail(const ProtocolError& error);

  [[nodiscard]] std::string_view line() const noexcept;
  [[nodiscard]] std::string_view content() const noexcept;
  [[nodiscard]] Place place_of(std::string_view view) const noexcept;
  [[nodiscard]] std::string_view at(Place place) const noexcept;

  const Limits limits_;
  std::unique_ptr<Machine> machine_;
  Request request_;
  ProtocolError error_;

  // One string holds the head line by line and after it the body. The line that is being put together always
  // stands at its end; chunk and trailer lines are cut off again.
  std::string arena_;
  std::string decoded_path_;
  std::vector<HeaderPlace> header_places_;
  std::vector<Header> headers_;
  Place method_;
  Place path_;
  Place query_;
  MessageFraming framing_;

  // Where the head stands while it is taken: where it was read, or in the arena.
  const char* head_ = nullptr;
  std::size_t unseen_at_ = 0;     // from where in the head llhttp has not been shown it
  std::size_t line_at_ = 0;       // where the current line begins in the head, and in the arena
  std::size_t body_at_ = 0;       // where the head ends in it
  std::size_t header_bytes_ = 0;  // of whole lines
  std::size_t header_lines_ = 0;
  std::size_t extension_bytes_ = 0;
  std::uint64_t left_ = 0;  // bytes of the body or chunk still to come
  int empty_lines_ = 0;     // before the request line
  int minor_version_ = 1;
  Stage stage_ = Stage::idle;
  bool after_cr_ = false;  // between requests
  bool path_is_encoded_ = false;
  bool keep_alive_ = false;
  bool continue_wanted_ = false;
};

}  // namespace oneshot::http
