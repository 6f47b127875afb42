// SPDX-License-Identifier: MIT
#include "http/response_writer.hpp"

#include <cstdint>
#include <string_view>

#include "base/text.hpp"
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

}  // namespace

void append_head(std::string& out, const Reply& reply, const HeadOptions& options) {
  const std::uint64_t size = reply.source ? reply.source->size() : reply.body.size();
  const bool size_unknown = options.head_request && size == 0;
  append_status_line(out, reply.status);
  if (size != 0 || size_unknown) {
    out += "Content-Type: ";
    out += reply.content_type;
    out += "\r\n";
  }
  if (!size_unknown) {
    out += "Content-Length: ";
    append_unsigned(out, size);
    out += "\r\n";
  }
  out += "Date: ";
  out += options.date;
  if (!reply.allow.empty()) {
    out += "\r\nAllow: ";
    out += reply.allow;
  }
  if (reply.retry_after_seconds != 0) {
    out += "\r\nRetry-After: ";
    append_unsigned(out, reply.retry_after_seconds);
  }
  if (reply.no_store) out += "\r\nCache-Control: no-store";
  if (!options.keep_alive) {
    out += "\r\nConnection: close";
  } else if (options.http10) {
    out += "\r\nConnection: keep-alive";
  }
  out += "\r\n\r\n";
}

}  // namespace oneshot::http
