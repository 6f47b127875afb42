// SPDX-License-Identifier: MIT
#include "ctl/text/json_text.hpp"

#include <utility>

#include "base/json_text.hpp"

namespace oneshot::ctl {

std::string json_text(std::string_view text) {
  std::string out = "\"";
  append_json_text(out, text);
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
