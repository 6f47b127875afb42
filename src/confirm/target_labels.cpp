// SPDX-License-Identifier: MIT
#include "confirm/target_labels.hpp"

#include <algorithm>
#include <cstddef>

#include "base/byte_set.hpp"
#include "exposition/escape.hpp"
#include "exposition/label_walk.hpp"

namespace oneshot::confirm {
namespace {

constexpr std::size_t remembered_values = 4096;  // of one label
constexpr std::size_t asked_values = 32;
constexpr std::size_t asked_bytes = 1024;

constexpr ByteSet name_bytes{[](char c) { return is_letter(c) || is_digit(c) || c == '_'; }};

/// A name that PromQL takes without quotes (Prometheus "Data model": [a-zA-Z_][a-zA-Z0-9_]*).
bool is_plain(std::string_view name) noexcept {
  return !name.empty() && !is_digit(name.front()) && name_bytes.has_all_of(name);
}

/// As a regular expression that matches this and nothing else (RE2: a backslash before all but letters and digits).
void append_literally(std::string& out, std::string_view value) {
  for (const char c : value) {
    const bool ascii = static_cast<unsigned char>(c) >= ' ' && static_cast<unsigned char>(c) < 0x7f;
    if (ascii && !name_bytes.has(c)) out += '\\';
    out += c;
  }
}

std::string alternatives(std::string_view target, const std::set<std::string>& others) {
  std::string text;
  append_literally(text, target);
  for (const std::string& value : others) {
    text += '|';
    append_literally(text, value);
  }
  return text;
}

}  // namespace

TargetLabels::TargetLabels(const Labels& marker) {
  for (const auto& label : marker)
    if (label.first != "__name__" && label.first != "scraper") labels_.push_back(label);
  own_.resize(labels_.size());
}

void TargetLabels::note(std::string_view event_labels) {
  while (!event_labels.empty()) {
    const exposition::RenderedLabel part = exposition::take_label(event_labels);
    const auto label =
        std::ranges::find(labels_, part.name, [](const auto& one) { return std::string_view(one.first); });
    if (label == labels_.end()) continue;
    Values& own = own_[static_cast<std::size_t>(label - labels_.begin())];
    if (own.any) continue;
    std::string value = exposition::unescaped_label_value(part.value);
    if (value != label->second) own.values.insert(std::move(value));
    own.any = own.values.size() > remembered_values;
    if (own.any) own.values.clear();
  }
}

std::string TargetLabels::matchers(Kind kind) const {
  std::string text;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    const auto& [name, target] = labels_[i];
    const Values& own = own_[i];
    const bool plain = is_plain(name);
    if (own.any || own.values.size() > asked_values || (!plain && kind == Kind::victoriametrics)) continue;
    const std::string value = own.values.empty() ? target : alternatives(target, own.values);
    if (!own.values.empty() && value.size() > asked_bytes) continue;
    if (!text.empty()) text += ',';
    // Prometheus 3 takes any UTF-8 as a name, between quotes; older ones store no such names.
    text += plain ? name : '"' + exposition::escaped_label_value(name) + '"';
    text += own.values.empty() ? "=\"" : "=~\"";
    text += exposition::escaped_label_value(value) + '"';
  }
  return text;
}

bool TargetLabels::admits(const Labels& stored) const {
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    const auto& [name, target] = labels_[i];
    const std::string* const found = find_label(stored, name);
    const std::string value = found == nullptr ? std::string() : *found;
    if (!own_[i].any && value != target && !own_[i].values.contains(value)) return false;
  }
  return true;
}

}  // namespace oneshot::confirm
