// SPDX-License-Identifier: MIT
#include "queue/local/label_text.hpp"

#include <cstddef>

namespace oneshot::queue {
namespace {

/// Behind the first place where this stands that is the begin of a label; npos: nowhere.
std::size_t find_behind(std::string_view labels, std::string_view text) noexcept {
  std::size_t at = labels.find(text);
  while (at != std::string_view::npos && at > 0 && labels[at - 1] != ',') at = labels.find(text, at + 1);
  return at == std::string_view::npos ? at : at + text.size();
}

}  // namespace

std::optional<std::string_view> escaped_value_in(std::string_view labels, std::string_view begin) noexcept {
  const std::size_t at = find_behind(labels, begin);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view value = labels.substr(at);
  std::size_t end = 0;
  while (end < value.size() && value[end] != '"') end += value[end] == '\\' ? std::size_t{2} : std::size_t{1};
  return value.substr(0, end);
}

bool has_label(std::string_view labels, std::string_view label) noexcept {
  return find_behind(labels, label) != std::string_view::npos;
}

std::string label_text(std::string_view name, std::string_view value) {
  std::string text(name);
  text += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"' || c == '\n') text += '\\';
    text += c == '\n' ? 'n' : c;
  }
  return text += '"';
}

std::string unescaped(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool is_escape = value[i] == '\\' && i + 1 < value.size();
    if (is_escape) ++i;
    text += is_escape && value[i] == 'n' ? '\n' : value[i];
  }
  return text;
}

}  // namespace oneshot::queue
