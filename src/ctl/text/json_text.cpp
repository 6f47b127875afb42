// SPDX-License-Identifier: MIT
#include "ctl/text/json_text.hpp"

#include <utility>

#include "base/utf8.hpp"

namespace oneshot::ctl {
namespace {

void append_character(std::string& out, std::string_view character) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(character.front());
  if (byte == '"' || byte == '\\') {
    out += '\\';
    out += character;
  } else if (byte < 0x20 || byte == 0x7F) {
    out += "\\u00";
    out += digits[byte >> 4U];
    out += digits[byte & 0xFU];
  } else {
    out += character;
  }
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t size = utf8_sequence(text);
    if (size == 0) {
      out += "\uFFFD";
    } else {
      append_character(out, text.substr(0, size));
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out + '"';
}

void append_json(std::string& out, const json::Value& value) {
  std::string_view comma;
  switch (value.kind()) {
    case json::Kind::object:
      out += '{';
      for (const json::Member& member : value.members()) {
        out.append(std::exchange(comma, ",")).append(json_text(member.name)).push_back(':');
        append_json(out, member.value);
      }
      out += '}';
      break;
    case json::Kind::list:
      out += '[';
      for (const json::Value& element : value.elements()) {
        out.append(std::exchange(comma, ","));
        append_json(out, element);
      }
      out += ']';
      break;
    case json::Kind::text:
      out += json_text(*value.text());
      break;
    default:
      if (!value.append_scalar(out)) out += "null";
  }
}

}  // namespace oneshot::ctl
