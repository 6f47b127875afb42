// SPDX-License-Identifier: MIT
#include "event/event_builder.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_set.hpp"
#include "base/numbers.hpp"
#include "base/utf8.hpp"
#include "event/rejection.hpp"
#include "exposition/escape.hpp"

namespace oneshot::event {

namespace {

constexpr ByteSet label_bytes{[](char c) { return is_letter(c) || is_digit(c) || c == '_'; }};
constexpr ByteSet metric_bytes{[](char c) { return label_bytes.has(c) || c == ':'; }};
constexpr std::string_view value_name = "value";

/// Not of an empty name.
bool is_name_of(const ByteSet& bytes, std::string_view name) noexcept {
  return !is_digit(name.front()) && bytes.has_all_of(name);
}

/// Prometheus keeps names that begin so for itself. Not of an empty name.
bool is_reserved(std::string_view name) noexcept { return name.front() == '_' && name.size() > 1 && name[1] == '_'; }

[[gnu::cold]] Rejection refused_label_name(std::string_view name) {
  if (name.empty()) return nameless_label();
  return is_name_of(label_bytes, name) ? reserved_label_name(name) : bad_label_name(name);
}

}  // namespace

void EventBuilder::begin(LabelNames names) noexcept {
  names_ = names;
  replaced_.clear();
  size_ = 0;
  labels_.clear();
  value_.reset();
  metric_.clear();
  sent_unix_ms_.reset();
  key_.reset();
}

EventBuilder::Taken EventBuilder::label(std::string_view name, std::string_view value) {
  if (!has_room_for(name.size() + value.size())) return Unexpected{event_too_large(max_event_bytes_)};
  if (name.empty() || !is_name_of(label_bytes, name) || is_reserved(name)) {
    if (name.empty() || names_ == LabelNames::strict) return Unexpected{refused_label_name(name)};
    name = replaced(name);
  }
  const bool plain = exposition::is_plain_label_value(value);
  if (!plain && !valid_utf8(value)) return Unexpected{bad_utf8(name, value)};
  labels_.push_back({name, value, plain});
  return {};
}

EventBuilder::Taken EventBuilder::value(std::string_view number) {
  if (!has_room_for(value_name.size() + number.size())) return Unexpected{event_too_large(max_event_bytes_)};
  if (value_) return Unexpected{given_twice(value_name)};
  // parse_number also knows "Infinity". No other number has a y, and the builder takes one spelling only.
  if (number.find_first_of("yY") == std::string_view::npos) value_ = parse_number(number);
  if (!value_) return Unexpected{bad_number(number)};
  return {};
}

EventBuilder::Taken EventBuilder::value(double number) {
  if (!has_room_for(value_name.size())) return Unexpected{event_too_large(max_event_bytes_)};
  if (value_) return Unexpected{given_twice(value_name)};
  value_ = number;
  return {};
}

EventBuilder::Taken EventBuilder::metric(std::string_view name) {
  if (!has_room_for(name.size())) return Unexpected{event_too_large(max_event_bytes_)};
  if (!metric_.empty()) return Unexpected{given_twice("metric")};
  if (name.empty() || !is_name_of(metric_bytes, name)) return Unexpected{bad_metric_name(name)};
  metric_ = name;
  return {};
}

EventBuilder::Taken EventBuilder::time(std::int64_t unix_ms) {
  if (sent_unix_ms_) return Unexpected{given_twice("time")};
  sent_unix_ms_ = unix_ms;
  return {};
}

EventBuilder::Taken EventBuilder::key(IdempotencyKey key) {
  if (key_) return Unexpected{given_twice("idempotency key")};
  key_ = key;
  return {};
}

Result<Event, Rejection> EventBuilder::finish() {
  if (const Label* const twice = sort_labels()) return Unexpected{label_given_twice(twice->name)};
  return Event{.labels = render(),
               .value = value_.value_or(1),
               .value_given = value_.has_value(),
               .metric = metric_,
               .sent_unix_ms = sent_unix_ms_,
               .key = key_};
}

std::string_view EventBuilder::replaced(std::string_view name) {
  std::string& good = replaced_.emplace_back();
  if (is_digit(name.front())) good = '_';
  for (const char c : name) {
    const bool continues_a_character = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!continues_a_character) good += label_bytes.has(c) ? c : '_';
  }
  const std::size_t underscores = std::min(good.find_first_not_of('_'), good.size());
  if (underscores > 1) good.erase(1, underscores - 1);
  return good;
}

/// By name, so that two orders of the same labels are one series. Equal names are neighbours then: returns the first
/// label that has one, or null.
const EventBuilder::Label* EventBuilder::sort_labels() {
  if (labels_.size() < 2) return nullptr;
  // Names are never empty, and mostly the first letters decide.
  std::sort(labels_.begin(), labels_.end(), [](const Label& a, const Label& b) {
    return a.name.front() != b.name.front() ? a.name.front() < b.name.front() : a.name < b.name;
  });
  const auto twice = std::adjacent_find(labels_.begin(), labels_.end(),
                                        [](const Label& a, const Label& b) { return a.name == b.name; });
  return twice == labels_.end() ? nullptr : &*twice;
}

/// name="value",… into rendered_, which is as large as the largest so far and not filled up.
std::string_view EventBuilder::render() {
  constexpr std::size_t punctuation = 4;
  const std::size_t enough = 2 * size_ + punctuation * labels_.size();  // each byte of a value may be escaped
  if (rendered_.size() < enough) rendered_.resize(enough);
  char* end = rendered_.data();
  const auto put = [&end](std::string_view text) { end = std::copy(text.begin(), text.end(), end); };
  for (const Label& label : labels_) {
    if (label.value.empty()) continue;
    if (end != rendered_.data()) *end++ = ',';
    put(label.name);
    *end++ = '=';
    *end++ = '"';
    if (label.plain) {
      put(label.value);
    } else {
      escaped_.clear();
      exposition::append_label_value(escaped_, label.value);
      put(escaped_);
    }
    *end++ = '"';
  }
  return {rendered_.data(), static_cast<std::size_t>(end - rendered_.data())};
}

}  // namespace oneshot::event
