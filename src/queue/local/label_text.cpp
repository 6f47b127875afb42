// SPDX-License-Identifier: MIT
#include "queue/local/label_text.hpp"

#include <algorithm>
#include <cstddef>

namespace oneshot::queue {
namespace {

/// Takes the first label and the comma behind it: a search for its text would also find it in a value that ends like
/// one, as `msg=",type="`.
std::string_view take_label(std::string_view& labels) noexcept {
  std::size_t end = labels.find("=\"");
  end = end == std::string_view::npos ? labels.size() : end + 2;
  while (end < labels.size() && labels[end] != '"') end += labels[end] == '\\' ? std::size_t{2} : std::size_t{1};
  const std::string_view label = labels.substr(0, end + 1);
  labels.remove_prefix(std::min(end + 2, labels.size()));
  return label;
}

}  // namespace

std::optional<std::string_view> escaped_value_in(std::string_view labels, std::string_view begin) noexcept {
  while (!labels.empty()) {
    const std::string_view label = take_label(labels);
    if (label.starts_with(begin)) return label.substr(begin.size(), label.size() - begin.size() - 1);
  }
  return std::nullopt;
}

bool has_label(std::string_view labels, std::string_view label) noexcept {
  while (!labels.empty())
    if (take_label(labels) == label) return true;
  return false;
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
