// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/parse/parser.hpp"

namespace oneshot::http {

/// A request as one line, "POST /event ?a=b {Host=h} <body>", with "close" behind it if the connection ends there.
inline std::string described(Parser& parser) {
  const Request& request = parser.request();
  std::string out(request.method_name);
  out += ' ';
  out += request.path;
  if (!request.query.empty()) out.append(" ?").append(request.query);
  for (const Header& header : request.headers)
    out.append(" {").append(header.name).append("=").append(header.value).append("}");
  if (!request.body.empty()) out.append(" <").append(request.body).append(">");
  if (!parser.keep_alive()) out += " close";
  return out;
}

/// What became of the bytes of one connection.
struct Parsed {
  std::vector<std::string> requests;
  int status = 0;  ///< of the error that ended it; 0 if there was none
  std::string message;
  bool started = false;  ///< a request is under way after the last byte

  friend bool operator==(const Parsed&, const Parsed&) = default;
};

/// Feeds the bytes in pieces of this size, and goes on after requests that end the connection too.
inline Parsed parse_in_pieces(std::string_view bytes, std::size_t piece, const Limits& limits = {}) {
  Parser parser(limits);
  Parsed parsed;
  while (!bytes.empty()) {
    // A copy of its own, so that a sanitizer sees it if the parser keeps a pointer into what it was fed.
    const std::string part(bytes.substr(0, std::min(piece, bytes.size())));
    const Fed fed = parser.feed(part);
    bytes.remove_prefix(fed.used);
    if (fed.progress == Progress::error) {
      parsed.status = parser.error().status;
      parsed.message = parser.error().message;
      return parsed;
    }
    if (fed.progress != Progress::complete) continue;
    parsed.requests.push_back(described(parser));
    parser.next();
  }
  parsed.started = parser.started();
  return parsed;
}

inline Parsed parse(std::string_view bytes, const Limits& limits = {}) {
  return parse_in_pieces(bytes, bytes.size(), limits);
}

/// The status of the error, which has to be the same however the bytes are cut into pieces; 0 if there is none.
inline int status_of(const std::string& bytes) {
  const int status = parse(bytes).status;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, std::size_t{4096}})
    CHECK(parse_in_pieces(bytes, piece).status == status);
  return status;
}

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace oneshot::http
