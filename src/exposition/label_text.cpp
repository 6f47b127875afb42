// SPDX-License-Identifier: MIT
#include "exposition/label_text.hpp"

#include "exposition/escape.hpp"
#include "exposition/label_walk.hpp"

// A label is found by a walk, never by a search for its text: that would also find it in the value of another one, as
// in `msg=",type="`.
namespace oneshot::exposition {

void append_label(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append("=\"");
  append_label_value(out, value);
  out.push_back('"');
}

void append_escaped_label(std::string& out, std::string_view name, std::string_view escaped_value) {
  out.append(name).append("=\"").append(escaped_value).push_back('"');
}

std::string label_text(std::string_view name, std::string_view value) {
  std::string text;
  append_label(text, name, value);
  return text;
}

std::optional<std::string_view> find_label_value(std::string_view labels, std::string_view name) noexcept {
  while (!labels.empty()) {
    const RenderedLabel label = take_label(labels);
    if (label.name == name) return label.value;
  }
  return std::nullopt;
}

bool has_label(std::string_view labels, std::string_view label) noexcept {
  while (!labels.empty())
    if (take_label(labels).text == label) return true;
  return false;
}

}  // namespace oneshot::exposition
