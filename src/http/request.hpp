// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "base/clock.hpp"

namespace oneshot::http {

enum class Method : std::uint8_t { get, head, post, put, del, options, other };  ///< del: DELETE

struct Header {
  std::string_view name;   ///< as sent; compare without case
  std::string_view value;  ///< without leading and trailing OWS
};

/// How a client wrote a path.
enum class Spelling : std::uint8_t {
  plain,    ///< as it is
  slashes,  ///< with slashes that say nothing: //event, /event/
  encoded,  ///< with bytes that are percent-encoded: /%65vent
};

/// One whole request. All views live in the connection until the reply has been made.
struct Request {
  Method method = Method::other;
  std::string_view method_name;  ///< "GET", "DELETE"
  std::string_view path;         ///< decoded by decode_path(), "/event"; of an absolute-form target the path in it
  Spelling spelling = Spelling::plain;
  std::string_view query;  ///< still encoded, without the question mark
  std::span<const Header> headers;
  std::string_view body;  ///< without chunked framing; limited by the parser

  Address peer;                  ///< the other end of the connection
  std::uint64_t connection = 0;  ///< its number: no other connection has it while the program runs; from 1
  std::uint8_t listener = 0;     ///< by which of the server's addresses it came: as net::Server::listen_on() was told
  bool secure = false;           ///< it came encrypted
  /// The names in the client's certificate (DNS, e-mail, URI, IP), if it showed one and that was verified.
  std::span<const std::string> peer_names{};
  SteadyTime arrived{};  ///< when its first byte was read
  /// A byte of it arrived before the reply to the request before it was acknowledged, so it proves nothing about that
  /// reply, and it is not given a batch of its own.
  bool pipelined = false;

  /// The value of the first header of that name (case does not matter), or nothing: {data() == nullptr}.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

}  // namespace oneshot::http
