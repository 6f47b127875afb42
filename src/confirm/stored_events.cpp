// SPDX-License-Identifier: MIT
#include "confirm/stored_events.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "exposition/escape.hpp"

namespace oneshot::confirm {
namespace {

constexpr std::string_view exported = "exported_";

void append_label(std::string& out, std::string_view name, std::string_view escaped_value) {
  if (!out.empty()) out += ',';
  out.append(name).append("=\"").append(escaped_value).append("\"");
}

std::string escaped(std::string_view value) {
  std::string text;
  exposition::append_label_value(text, value);
  return text;
}

/// One `name="value"` of a label text, the value still escaped.
struct Part {
  std::string_view name;
  std::string_view value;
};

/// Takes the next label off the front of the text; nothing at its end.
std::optional<Part> take_label(std::string_view& text) noexcept {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals + 1 >= text.size()) return std::nullopt;
  std::size_t end = equals + 2;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2U : 1U;
  if (end >= text.size()) return std::nullopt;
  const Part part{text.substr(0, equals), text.substr(equals + 2, end - equals - 2)};
  text.remove_prefix(std::min(end + 2, text.size()));  // the quote and the comma
  return part;
}

}  // namespace

StoredEvents::StoredEvents(const Labels& marker) {
  for (const auto& label : marker)
    if (label.first != "__name__" && label.first != "scraper") target_.push_back(label);
}

void StoredEvents::add(const Samples& samples, const std::set<std::int64_t>& times) {
  for (const Series& series : samples.series) {
    const bool there = std::ranges::any_of(series.samples, [&](const Sample& s) { return times.contains(s.unix_ms); });
    if (there) seen_.try_emplace(text_of(series.labels), false);
  }
}

std::string StoredEvents::text_of(const Labels& stored) const {
  Labels own;
  std::string metric;
  for (const auto& [name, value] : stored) {
    if (name == "__name__") {
      metric = value;
      continue;
    }
    const bool put_aside = name.starts_with(exported) && find_label(target_, name.substr(exported.size())) != nullptr;
    const std::string* const targets = find_label(target_, name);
    if (put_aside) {
      own.emplace_back(name.substr(exported.size()), value);
    } else if (targets == nullptr || *targets != value) {
      own.emplace_back(name, value);
    }
  }
  std::ranges::sort(own);
  std::string text;
  for (const auto& [name, value] : own) append_label(text, name, escaped(value));
  return metric + '{' + text;
}

/// Also without empty values, which no store keeps.
std::string StoredEvents::without_targets_labels(std::string_view labels) const {
  std::string text;
  while (const std::optional<Part> part = take_label(labels)) {
    const std::string* const targets = find_label(target_, part->name);
    const bool same = targets != nullptr && escaped(*targets) == part->value;
    if (!same && !part->value.empty()) append_label(text, part->name, part->value);
  }
  return text;
}

bool StoredEvents::find(const std::string& text) {
  const auto found = seen_.find(text);
  if (found == seen_.end()) return false;
  found->second = true;
  return true;
}

bool StoredEvents::has(std::string_view metric, std::string_view labels) {
  const std::string begin = std::string(metric) + '{';
  if (find(begin + std::string(labels))) return true;
  return find(begin + without_targets_labels(labels));
}

std::size_t StoredEvents::not_asked_for() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(seen_, [](const auto& one) { return !one.second; }));
}

}  // namespace oneshot::confirm
