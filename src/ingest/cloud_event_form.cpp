// SPDX-License-Identifier: MIT
#include "ingest/cloud_event_form.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "crypto/hex.hpp"
#include "ingest/cloud_event_headers.hpp"
#include "ingest/rejections.hpp"

namespace oneshot::ingest {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// As RFC 8259 section 7 has it. The text is UTF-8.
void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      out.append("\\u00").append(crypto::to_hex({&c, 1}));
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

/// The name is one of a header, so nothing in it needs an escape.
void append_name(std::string& out, std::string_view name) {
  out.append(1, out.empty() ? '{' : ',').append(1, '"').append(name).append("\":");
}

/// What of binary mode is no attribute, whatever headers say: the specification has it elsewhere.
bool is_elsewhere(std::string_view name) noexcept { return equals(name, "data") || equals(name, "datacontenttype"); }

Result<void, event::Rejection> append_attributes(std::string& out, std::span<const http::Header> headers) {
  std::string text;
  for (const http::Header& header : headers) {
    const std::string name = to_lower(attribute_of_header(header.name));
    if (name.empty() || is_elsewhere(name)) continue;
    text.clear();
    if (!append_header_value(text, header.value)) return Unexpected{attribute_not_utf8(name)};
    append_name(out, name);
    append_json_text(out, text);
  }
  return {};
}

void append_data(std::string& out, std::string_view body, BinaryCloudEvent::Data data) {
  if (data == BinaryCloudEvent::Data::json) {
    append_name(out, "data");
    out += body.substr(body.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
  } else if (data == BinaryCloudEvent::Data::text && valid_utf8(body)) {
    append_name(out, "data");
    append_json_text(out, body);
  }
}

}  // namespace

Result<std::string, event::Rejection> json_form(const BinaryCloudEvent& event) {
  std::string out;
  if (auto good = append_attributes(out, event.headers); !good) return Unexpected{good.error()};
  if (!event.content_type.empty() && valid_utf8(event.content_type)) {
    append_name(out, "datacontenttype");
    append_json_text(out, event.content_type);
  }
  append_data(out, event.body, event.data);
  return out.empty() ? "{}" : out + '}';
}

}  // namespace oneshot::ingest
