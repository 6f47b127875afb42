// SPDX-License-Identifier: MIT
#include "http/response_writer.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "http/grammar.hpp"
#include "http/status.hpp"

namespace oneshot::http {
namespace {

void append_status_line(std::string& out, int status) {
  out += "HTTP/1.1 ";
  append_unsigned(out, static_cast<std::uint64_t>(status));
  out += ' ';
  out += statuses[status_index(status)].phrase;
  out += "\r\n";
}

bool is_header_line(std::string_view line) noexcept {
  const std::size_t colon = line.find(':');
  return colon != 0 && colon != std::string_view::npos && token_bytes.has_all_of(line.substr(0, colon)) &&
         control_bytes.find_in(line) == line.size();
}

}  // namespace

bool are_header_lines(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos || !is_header_line(text.substr(0, end))) return false;
    text.remove_prefix(end + 2);
  }
  return true;
}

void append_head(std::string& out, const Reply& reply, const HeadOptions& options) {
  const std::uint64_t size = reply.source ? reply.source->size() : reply.body.size();
  constexpr int not_modified = 304;  // its length would be that of the body that the client has (RFC 9110 8.6)
  const bool size_unknown = (options.head_request && size == 0) || reply.status == not_modified;
  append_status_line(out, reply.status);
  if (size != 0 || size_unknown) {
    out += "Content-Type: ";
    out += reply.content_type;
    out += "\r\n";
    if (!reply.content_encoding.empty()) out.append("Content-Encoding: ").append(reply.content_encoding).append("\r\n");
  }
  if (!size_unknown) {
    out += "Content-Length: ";
    append_unsigned(out, size);
    out += "\r\n";
  }
  if (reply.has_event_id()) out.append(event_id_name).append(reply.event_id.data(), reply.event_id.size()) += "\r\n";
  assert(are_header_lines(reply.extra_headers));
  out += reply.extra_headers;
  assert(are_header_lines(options.more));
  out += options.more;
  out += "Date: ";
  out += options.date;
  if (reply.retry_after_seconds != 0) {
    out += "\r\nRetry-After: ";
    append_unsigned(out, reply.retry_after_seconds);
  }
  if (reply.no_store) out += "\r\nCache-Control: no-store, private";
  if (!options.keep_alive) {
    out += "\r\nConnection: close";
  } else if (options.http10) {
    out += "\r\nConnection: keep-alive";
  }
  out += "\r\n\r\n";
}

}  // namespace oneshot::http
