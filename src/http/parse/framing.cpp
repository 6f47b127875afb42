// SPDX-License-Identifier: MIT
#include "http/parse/framing.hpp"

#include <string>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "http/body_limits.hpp"
#include "http/grammar.hpp"
#include "http/headers.hpp"
#include "http/parse/target.hpp"

namespace oneshot::http {
namespace {

/// Codings before a final chunked: this server does not know them (501, RFC 9112 6.1). Any other value leaves the end
/// of the body unknown (400, RFC 9112 6.3).
bool only_unknown_codings(std::string_view value) {
  const std::size_t comma = value.rfind(',');
  if (comma == std::string_view::npos) return false;
  return equals_ignoring_case(trim_blanks(value.substr(comma + 1)), "chunked") &&
         !list_has(value.substr(0, comma), "chunked") && !list_has(value.substr(0, comma), "identity");
}

}  // namespace

Result<void, ProtocolError> MessageFraming::apply(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 4:
      if (equals_ignoring_case(name, "host")) return apply_host(value);
      break;
    case 6:
      if (equals_ignoring_case(name, "expect"))
        (equals_ignoring_case(value, "100-continue") ? expects_continue_ : expects_other_) = true;
      break;
    case 10:
      if (equals_ignoring_case(name, "connection")) {
        close_ = close_ || list_has(value, "close");
        keep_alive_ = keep_alive_ || list_has(value, "keep-alive");
      }
      break;
    case 14:
      if (equals_ignoring_case(name, "content-length")) return apply_length(value);
      break;
    case 17:
      if (equals_ignoring_case(name, "transfer-encoding")) return apply_encoding(value);
      break;
    default:
      break;
  }
  return {};
}

Result<void, ProtocolError> MessageFraming::apply_host(std::string_view value) {
  if (host_) return bad_request("two Host headers (exactly one is allowed)");
  host_ = true;
  if (!is_authority(value))
    return bad_request("the Host header " + shown(value) + " must be a name or an IP address, and perhaps a port");
  return {};
}

Result<void, ProtocolError> MessageFraming::apply_length(std::string_view value) {
  if (transfer_encoding_) return bad_request("both Content-Length and Transfer-Encoding (only one of them is allowed)");
  if (length_) return bad_request("two Content-Length headers (one at most is allowed)");
  length_ = parse_whole_number(value);
  if (!length_) return bad_request("Content-Length " + shown(value) + " must be one number of bytes in decimal digits");
  return {};
}

Result<void, ProtocolError> MessageFraming::apply_encoding(std::string_view value) {
  if (length_) return bad_request("both Content-Length and Transfer-Encoding (only one of them is allowed)");
  if (transfer_encoding_) return bad_request("two Transfer-Encoding headers (one at most is allowed)");
  transfer_encoding_ = true;
  if (equals_ignoring_case(value, "chunked")) return {};
  return refusal(only_unknown_codings(value) ? 501 : 400,
                 "Transfer-Encoding " + shown(value) + " is not supported (only chunked is)");
}

Result<void, ProtocolError> MessageFraming::check(int minor_version, std::size_t body_limit) const {
  if (minor_version >= 1 && !host_) return bad_request("no Host header (HTTP/1.1 requires one)");
  if (minor_version == 0 && transfer_encoding_)
    return bad_request("Transfer-Encoding in an HTTP/1.0 request (only HTTP/1.1 has it)");
  if (minor_version >= 1 && expects_other_)
    return refusal(417, "the Expect header asks for something other than 100-continue");
  return check_body_size(0, length_.value_or(0), body_limit);
}

Result<void, ProtocolError> check_header_line(std::string_view line, std::size_t number) {
  const std::string which = "header line " + std::to_string(number);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad_request(which + " has no colon: " + shown(line));
  const auto name = line.substr(0, colon);
  if (name.empty()) return bad_request(which + " has no name before its colon");
  if (name.back() == ' ' || name.back() == '\t')
    return bad_request(which + " has whitespace before its colon (none is allowed)");
  const std::size_t bad_byte = token_bytes.find_other_in(name);
  if (bad_byte != name.size())
    return bad_request(which + " holds the byte " + shown_byte(name[bad_byte]) +
                       " in its name (letters, digits and - are allowed)");
  const auto value = line.substr(colon + 1);
  const std::size_t control = control_bytes.find_in(value);
  if (control != value.size())
    return bad_request("the header " + shown(name) + " holds the control byte " + shown_byte(value[control]) +
                       " (none is allowed)");
  return {};
}

}  // namespace oneshot::http
