// SPDX-License-Identifier: MIT
#include "event/form_parser.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_scan.hpp"
#include "base/numbers.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "event/rejection.hpp"
#include "exposition/escape.hpp"

namespace oneshot::event {

Result<Event, Rejection> EventReader::read(std::string_view query, std::string_view form_body) {
  size_ = 0;
  seen_ = 0;
  value_.reset();
  decoded_.clear();
  labels_.clear();

  // Views of it are taken while it grows, so it must not move. Decoded text is never longer.
  decoded_.reserve(query.size() + form_body.size());
  if (!take_all(query) || !take_all(form_body) || !sort_labels()) return Unexpected{std::move(fault_)};
  return Event{.labels = render(), .value = value_.value_or(1), .value_given = value_.has_value()};
}

bool EventReader::take_all(std::string_view encoded) {
  // Most have nothing to decode, no blank in a name to replace, and then nothing is copied.
  const bool encoding = find_any_of(encoded, '%', '+', ' ') != encoded.size();
  while (!encoded.empty()) {
    const std::string_view one = encoded.substr(0, find_byte(encoded, '&'));
    encoded.remove_prefix(std::min(one.size() + 1, encoded.size()));
    if (!one.empty() && !take_one(one, encoding)) return false;
  }
  return true;
}

bool EventReader::take_one(std::string_view encoded, bool encoding) {
  ++seen_;
  const std::size_t name_end = find_byte(encoded, '=');
  Parameter parameter{encoded.substr(0, name_end), encoded.substr(std::min(name_end + 1, encoded.size()))};
  if (encoding && (!decode_name(parameter.name) || !decode(parameter.value)))
    return refuse(bad_encoding(seen_, encoded));
  size_ += parameter.name.size() + parameter.value.size();
  if (size_ > max_event_bytes_) return refuse(event_too_large(max_event_bytes_));
  if (parameter.name.empty()) return refuse(nameless(seen_, encoded));
  if (equals(parameter.name, "value")) return take_value(parameter.value);

  if (!is_label_name(parameter.name)) return refuse(bad_label_name(parameter.name));
  parameter.plain = exposition::is_plain_label_value(parameter.value);
  if (!parameter.plain && !valid_utf8(parameter.value)) return refuse(bad_utf8(parameter.name, parameter.value));
  labels_.push_back(parameter);
  return true;
}

/// Always false.
bool EventReader::refuse(Rejection fault) {
  fault_ = std::move(fault);
  return false;
}

/// Puts the decoded part to the end of decoded_, which has the room: read() saw to that.
bool EventReader::decode(std::string_view& part) {
  const std::size_t begin = decoded_.size();
  if (!append_percent_decoded(decoded_, part, true)) return false;
  part = std::string_view(decoded_).substr(begin);
  return true;
}

bool EventReader::decode_name(std::string_view& part) {
  const std::size_t begin = decoded_.size();
  if (!decode(part)) return false;
  std::replace(decoded_.begin() + static_cast<std::ptrdiff_t>(begin), decoded_.end(), ' ', '_');
  return true;
}

bool EventReader::take_value(std::string_view text) {
  if (value_) return refuse(value_given_twice());
  // "1e+5" and "+5" are what people write into a URL, where a plus means a blank.
  number_ = text;
  for (std::size_t i = 0; i < number_.size(); ++i) {
    const bool sign_belongs_here = i == 0 || number_[i - 1] == 'e' || number_[i - 1] == 'E';
    if (number_[i] == ' ' && sign_belongs_here) number_[i] = '+';
  }
  // parse_number also knows "Infinity". No other number has a y, and we take one spelling only.
  if (number_.find_first_of("yY") == std::string::npos) value_ = parse_number(number_);
  return value_ || refuse(bad_number(number_));
}

/// By name, so that two orders of the same labels are one series; then equal names are neighbours.
bool EventReader::sort_labels() {
  if (labels_.size() < 2) return true;
  // Names are never empty, and mostly the first letters decide.
  std::sort(labels_.begin(), labels_.end(), [](const Parameter& a, const Parameter& b) {
    return a.name.front() != b.name.front() ? a.name.front() < b.name.front() : a.name < b.name;
  });
  const auto twice = std::adjacent_find(labels_.begin(), labels_.end(),
                                        [](const Parameter& a, const Parameter& b) { return a.name == b.name; });
  return twice == labels_.end() || refuse(label_given_twice(twice->name));
}

/// name="value",… into rendered_, which is as large as the largest so far and not filled up.
std::string_view EventReader::render() {
  constexpr std::size_t punctuation = 4;
  const std::size_t enough = 2 * size_ + punctuation * labels_.size();  // each byte of a value may be escaped
  if (rendered_.size() < enough) rendered_.resize(enough);
  char* end = rendered_.data();
  const auto put = [&end](std::string_view text) { end = std::copy(text.begin(), text.end(), end); };
  for (const Parameter& label : labels_) {
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
