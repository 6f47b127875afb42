// SPDX-License-Identifier: MIT
#include "event/reader.hpp"

#include <algorithm>
#include <utility>

#include "base/numbers.hpp"
#include "base/percent.hpp"
#include "event/fault.hpp"
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
  Fault fault = take_all(query);
  if (!fault) fault = take_all(form_body);
  if (!fault) fault = sort_labels();
  if (fault) return Failure<Rejection>{*std::move(fault)};

  render();
  return Event{.labels = rendered_, .value = value_.value_or(1), .value_given = value_.has_value()};
}

EventReader::Fault EventReader::take_all(std::string_view encoded) {
  // Most have nothing to decode, no blank in a name to replace, and then nothing is copied.
  const auto has = [encoded](char c) { return encoded.find(c) != std::string_view::npos; };
  const bool plain = !has('%') && !has('+') && !has(' ');
  while (!encoded.empty()) {
    const std::string_view one = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(one.size() + 1, encoded.size()));
    if (one.empty()) continue;
    if (Fault fault = take_one(one, plain)) return fault;
  }
  return {};
}

EventReader::Fault EventReader::take_one(std::string_view encoded, bool plain) {
  ++seen_;
  const std::size_t name_end = std::min(encoded.find('='), encoded.size());
  Parameter parameter{encoded.substr(0, name_end), encoded.substr(std::min(name_end + 1, encoded.size()))};
  if (!plain && (!decode_name(parameter.name) || !decode(parameter.value))) return bad_encoding(seen_, encoded);
  size_ += parameter.name.size() + parameter.value.size();
  if (size_ > max_event_bytes_) return event_too_large(max_event_bytes_);
  if (parameter.name.empty()) return nameless(seen_, encoded);
  if (parameter.name == "value") return take_value(parameter.value);

  if (Fault fault = check_name(parameter.name)) return fault;
  if (Fault fault = check_label_value(parameter.name, parameter.value)) return fault;
  labels_.push_back(parameter);
  return {};
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

EventReader::Fault EventReader::take_value(std::string_view text) {
  if (value_) return value_given_twice();
  // "1e+5" and "+5" are what people write into a URL, where a plus means a blank.
  number_ = text;
  for (std::size_t i = 0; i < number_.size(); ++i) {
    const bool sign_belongs_here = i == 0 || number_[i - 1] == 'e' || number_[i - 1] == 'E';
    if (number_[i] == ' ' && sign_belongs_here) number_[i] = '+';
  }
  // parse_number also knows "Infinity". No other number has a y, and we take one spelling only.
  if (number_.find_first_of("yY") == std::string::npos) value_ = parse_number(number_);
  if (!value_) return bad_number(number_);
  return {};
}

/// By name, so that two orders of the same labels are one series; then equal names are neighbours.
EventReader::Fault EventReader::sort_labels() {
  std::sort(labels_.begin(), labels_.end(), [](const Parameter& a, const Parameter& b) { return a.name < b.name; });
  const auto twice = std::adjacent_find(labels_.begin(), labels_.end(),
                                        [](const Parameter& a, const Parameter& b) { return a.name == b.name; });
  if (twice != labels_.end()) return label_given_twice(twice->name);
  return {};
}

void EventReader::render() {
  rendered_.clear();
  for (const Parameter& label : labels_) {
    if (label.value.empty()) continue;
    if (!rendered_.empty()) rendered_.push_back(',');
    rendered_.append(label.name).append("=\"");
    exposition::append_label_value(rendered_, label.value);
    rendered_.push_back('"');
  }
}

}  // namespace oneshot::event
