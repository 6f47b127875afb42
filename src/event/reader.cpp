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
  seen_ = 0;
  value_.reset();
  decoded_.clear();
  labels_.clear();

  Fault fault = take_all(query);
  if (!fault) fault = take_all(form_body);
  if (!fault) fault = sort_labels();
  if (fault) return Failure<Rejection>{*std::move(fault)};

  render();
  return Event{.labels = rendered_, .value = value_.value_or(1), .value_given = value_.has_value()};
}

EventReader::Fault EventReader::take_all(std::string_view encoded) {
  while (!encoded.empty()) {
    const std::string_view one = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(one.size() + 1, encoded.size()));
    if (one.empty()) continue;
    if (Fault fault = take_one(one)) return fault;
  }
  return {};
}

EventReader::Fault EventReader::take_one(std::string_view encoded) {
  ++seen_;
  Parameter parameter{};
  if (Fault fault = decode(encoded, parameter)) return fault;
  if (decoded_.size() > max_event_bytes_) return event_too_large(max_event_bytes_);
  if (parameter.name_size == 0) return nameless(seen_, encoded);
  if (name(parameter) == "value") return take_value(value(parameter));

  const auto begin = decoded_.begin() + static_cast<std::ptrdiff_t>(parameter.name_begin);
  std::replace(begin, begin + static_cast<std::ptrdiff_t>(parameter.name_size), ' ', '_');
  if (Fault fault = check_name(name(parameter))) return fault;
  if (Fault fault = check_label_value(name(parameter), value(parameter))) return fault;
  labels_.push_back(parameter);
  return {};
}

/// Decodes name and value to the end of decoded_, one behind the other.
EventReader::Fault EventReader::decode(std::string_view encoded, Parameter& parameter) {
  const std::size_t name_end = std::min(encoded.find('='), encoded.size());
  const std::size_t value_begin = std::min(name_end + 1, encoded.size());
  const auto decode_part = [this](std::string_view part, std::uint32_t& begin, std::uint32_t& size) {
    begin = static_cast<std::uint32_t>(decoded_.size());
    if (!append_percent_decoded(decoded_, part, true)) return false;
    size = static_cast<std::uint32_t>(decoded_.size()) - begin;
    return true;
  };
  if (!decode_part(encoded.substr(0, name_end), parameter.name_begin, parameter.name_size) ||
      !decode_part(encoded.substr(value_begin), parameter.value_begin, parameter.value_size)) {
    return bad_encoding(seen_, encoded);
  }
  return {};
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
  std::sort(labels_.begin(), labels_.end(),
            [this](const Parameter& a, const Parameter& b) { return name(a) < name(b); });
  const auto twice = std::adjacent_find(labels_.begin(), labels_.end(),
                                        [this](const Parameter& a, const Parameter& b) { return name(a) == name(b); });
  if (twice != labels_.end()) return label_given_twice(name(*twice));
  return {};
}

void EventReader::render() {
  rendered_.clear();
  for (const Parameter& label : labels_) {
    if (label.value_size == 0) continue;
    if (!rendered_.empty()) rendered_.push_back(',');
    rendered_.append(name(label)).append("=\"");
    exposition::append_label_value(rendered_, value(label));
    rendered_.push_back('"');
  }
}

std::string_view EventReader::name(const Parameter& p) const noexcept {
  return std::string_view(decoded_).substr(p.name_begin, p.name_size);
}

std::string_view EventReader::value(const Parameter& p) const noexcept {
  return std::string_view(decoded_).substr(p.value_begin, p.value_size);
}

}  // namespace oneshot::event
