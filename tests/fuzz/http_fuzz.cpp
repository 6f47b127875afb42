// SPDX-License-Identifier: MIT
//
// The bytes of one connection, fed whole and again in pieces whose sizes the bytes themselves give: both must make
// the same requests and end the same way, and what comes out must be what handlers may rely on.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/require.hpp"
#include "http/grammar.hpp"
#include "http/memory_budget.hpp"
#include "http/parse/parser.hpp"

namespace oneshot::http {
namespace {

using oneshot::test::require;

/// Paths that begin with /b may have a longer body, as long as the budget; those with /c may have twice as much.
class LongerBodies final : public BodyLimits {
 public:
  [[nodiscard]] std::size_t body_limit(std::string_view path) const noexcept override {
    return path.starts_with("/b") ? budget : path.starts_with("/c") ? 2 * budget : 12;
  }
  static constexpr std::size_t budget = 30;
};

const LongerBodies longer_bodies;

struct Parsed {
  std::vector<std::string> requests;
  std::string end;

  friend bool operator==(const Parsed&, const Parsed&) = default;
};

/// In pieces of other sizes each, so that nothing of one request can be taken for a part of another one.
void append_piece(std::string& out, std::string_view piece) {
  out.append(std::to_string(piece.size())).append(":").append(piece).append(" ");
}

std::string checked(Parser& parser, const Limits& limits) {
  const Request& request = parser.request();
  require(!request.method_name.empty() && !request.path.empty());
  require(token_bytes.has_all_of(request.method_name));
  require(request.query.find('#') == std::string_view::npos);
  require(std::all_of(request.query.begin(), request.query.end(), [](char c) { return c > ' ' && c <= '~'; }));
  require(request.headers.size() <= limits.headers);
  require(request.body.size() <= (limits.bodies != nullptr ? limits.bodies->body_limit(request.path) : limits.body));
  require(request.header("host").data() != nullptr || parser.minor_version() == 0);
  require(parser.head() == (request.method == Method::head));

  std::string out = parser.keep_alive() ? "keep " : "close ";
  append_piece(out, request.method_name);
  append_piece(out, request.path);
  append_piece(out, request.query);
  for (const Header& header : request.headers) {
    require(!header.name.empty() && token_bytes.has_all_of(header.name));
    require(control_bytes.find_in(header.value) == header.value.size());
    require(!header.value.starts_with(' ') && !header.value.ends_with(' '));
    append_piece(out, header.name);
    append_piece(out, header.value);
  }
  append_piece(out, request.body);
  return out;
}

/// `cut` gives the size of the next piece, at least 1, for what is left.
template <class Cut>
Parsed parse(std::string_view bytes, Limits limits, Cut cut) {
  MemoryBudget budget(LongerBodies::budget);
  limits.budget = &budget;
  Parser parser(limits);
  Parsed parsed;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, cut(bytes)));
    const Fed fed = parser.feed(piece);
    require(fed.used <= piece.size());
    bytes.remove_prefix(fed.used);
    if (fed.progress == Progress::error) {
      const ProtocolError& error = parser.error();
      require(error.status >= 400 && error.status < 600 && !error.message.empty() && !parser.keep_alive());
      require(control_bytes.find_in(error.message) == error.message.size());
      require(budget.used() == 0);
      parsed.end = std::to_string(error.status) + " " + error.message;
      return parsed;
    }
    if (fed.progress == Progress::complete) {
      parsed.requests.push_back(checked(parser, limits));
      parser.next();
      require(!parser.started() && budget.used() == 0);
    } else {
      require(fed.used == piece.size());
    }
  }
  parsed.end = parser.in_body() ? "in a body" : parser.started() ? "in a head" : "between requests";
  return parsed;
}

}  // namespace
}  // namespace oneshot::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oneshot::http;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = [](std::string_view rest) { return rest.size(); };
  const auto by_data = [](std::string_view rest) {
    return std::min<std::size_t>(rest.size(), 1 + static_cast<unsigned char>(rest.front()) % 11U);
  };
  // The second limits are so small that a fuzzer's inputs reach them.
  const Limits small{.request_line = 40, .header_bytes = 120, .headers = 4, .body = 12, .bodies = &longer_bodies};
  for (const Limits& limits : {Limits{}, small}) require(parse(bytes, limits, whole) == parse(bytes, limits, by_data));
  return 0;
}
