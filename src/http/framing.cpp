// SPDX-License-Identifier: MIT
#include "http/framing.hpp"

#include <charconv>
#include <string>

#include "base/text.hpp"
#include "http/grammar.hpp"
#include "http/headers.hpp"
#include "http/target.hpp"

namespace oneshot::http {
namespace {

ProtocolError bad(std::string message) { return {400, std::move(message)}; }

/// A coding before a final chunked is one we do not know (501, RFC 9112 6.1); anything else leaves the end of
/// the body unknown (400, RFC 9112 6.3).
bool only_unknown_codings(std::string_view value) {
  const std::size_t comma = value.rfind(',');
  if (comma == std::string_view::npos) return false;
  return equals_ignoring_case(trim_blanks(value.substr(comma + 1)), "chunked") &&
         !list_has(value.substr(0, comma), "chunked") && !list_has(value.substr(0, comma), "identity");
}

}  // namespace

std::optional<ProtocolError> HeaderRules::take(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 4:
      if (equals_ignoring_case(name, "host")) return take_host(value);
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
      if (equals_ignoring_case(name, "content-length")) return take_length(value);
      break;
    case 17:
      if (equals_ignoring_case(name, "transfer-encoding")) return take_encoding(value);
      break;
    default:
      break;
  }
  return {};
}

std::optional<ProtocolError> HeaderRules::take_host(std::string_view value) {
  if (host_) return bad("two Host headers (exactly one is allowed)");
  host_ = true;
  if (!is_authority(value))
    return bad("the Host header " + shown(value) + " must be a name or an IP address, and perhaps a port");
  return {};
}

std::optional<ProtocolError> HeaderRules::take_length(std::string_view value) {
  if (transfer_encoding_) return bad("both Content-Length and Transfer-Encoding (only one of them is allowed)");
  if (length_) return bad("two Content-Length headers (one at most is allowed)");
  std::uint64_t length = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, fault] = std::from_chars(value.data(), end, length);
  if (value.empty() || fault != std::errc{} || stop != end)
    return bad("Content-Length " + shown(value) + " must be one number of bytes in decimal digits");
  length_ = length;
  return {};
}

std::optional<ProtocolError> HeaderRules::take_encoding(std::string_view value) {
  if (length_) return bad("both Content-Length and Transfer-Encoding (only one of them is allowed)");
  if (transfer_encoding_) return bad("two Transfer-Encoding headers (one at most is allowed)");
  transfer_encoding_ = true;
  if (equals_ignoring_case(value, "chunked")) return {};
  return ProtocolError{only_unknown_codings(value) ? 501 : 400,
                       "Transfer-Encoding " + shown(value) + " is not supported (only chunked is)"};
}

std::optional<ProtocolError> HeaderRules::finish(int minor_version, std::size_t body_limit) const {
  if (minor_version >= 1 && !host_) return bad("no Host header (HTTP/1.1 requires one)");
  if (minor_version == 0 && transfer_encoding_)
    return bad("Transfer-Encoding in an HTTP/1.0 request (only HTTP/1.1 has it)");
  if (minor_version >= 1 && expects_other_)
    return ProtocolError{417, "the Expect header asks for something other than 100-continue"};
  if (length_.value_or(0) > body_limit)
    return ProtocolError{413, "the body is over " + std::to_string(body_limit) + " bytes"};
  return {};
}

std::optional<ProtocolError> find_header_fault(std::string_view line, std::size_t number) {
  const std::string which = "header line " + std::to_string(number);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad(which + " has no colon: " + shown(line));
  const auto name = line.substr(0, colon);
  if (name.empty()) return bad(which + " has no name before its colon");
  if (name.back() == ' ' || name.back() == '\t') return bad(which + " has a blank before its colon (none is allowed)");
  const std::size_t bad_byte = token_bytes.find_other_in(name);
  if (bad_byte != name.size())
    return bad(which + " holds the byte " + shown_byte(name[bad_byte]) +
               " in its name (letters, digits and - are allowed)");
  const auto value = line.substr(colon + 1);
  const std::size_t control = control_bytes.find_in(value);
  if (control != value.size())
    return bad("the header " + shown(name) + " holds the control byte " + shown_byte(value[control]) +
               " (none is allowed)");
  return {};
}

}  // namespace oneshot::http
