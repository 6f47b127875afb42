// SPDX-License-Identifier: MIT
#include "event/rejection.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/byte_set.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "event/label_name.hpp"
#include "event/sender_time.hpp"

namespace oneshot::event {

namespace {

constexpr std::size_t shown = 64;  // bytes of the client's that a message shows: enough to find them again

std::string quoted(std::string_view text) { return oneshot::quoted(text, shown); }

std::string parameter(std::size_t number, std::string_view encoded) {
  return "parameter " + std::to_string(number) + " (" + quoted(encoded) + ")";
}

std::string would_work(std::string_view name) {
  std::string good;
  append_label_name(good, name.substr(0, shown));
  return quoted(good) + " would work";
}

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t valid = 0;
  while (const std::size_t length = utf8_sequence(text.substr(valid))) valid += length;
  return valid;
}

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

/// The form of a decimal floating-point number, whatever its size.
bool is_decimal(std::string_view text) {
  const auto skip_sign = [&text] { text.remove_prefix(text.starts_with('+') || text.starts_with('-') ? 1 : 0); };
  const auto skip_digits = [&text] {
    const std::size_t digits = count_digits(text);
    text.remove_prefix(digits);
    return digits;
  };
  skip_sign();
  std::size_t digits = skip_digits();
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += skip_digits();
  }
  if (digits == 0 || text.empty()) return digits > 0;
  if (!text.starts_with('e') && !text.starts_with('E')) return false;
  text.remove_prefix(1);
  skip_sign();
  return skip_digits() > 0 && text.empty();
}

}  // namespace

std::string_view reason_name(Reason reason) noexcept {
  // In the order of the enumerators.
  static constexpr std::array<std::string_view, reason_count> names = {
      "bad_label_name",   "bad_value",       "bad_utf8",        "bad_encoding",  "duplicate_label", "too_large",
      "bad_content_type", "log_full",        "unable_to_store", "bad_parameter", "no_labels",       "bad_body",
      "bad_time",         "over_limit",      "unknown_metric",  "bad_key",       "key_reused",      "key_in_flight",
      "rate_limited",     "too_many_series", "ahead_of_clock",  "over_share",    "unauthorized",    "forbidden",
      "unavailable",      "unknown_outcome",
  };
  return names[static_cast<std::size_t>(reason)];
}

Rejection bad_label_name(std::string_view name) {
  return {Reason::bad_label_name,
          "label name " + quoted(name) +
              " may hold only letters, digits and _ (and not begin with a digit): " + would_work(name)};
}

Rejection reserved_label_name(std::string_view name) {
  return {Reason::bad_label_name,
          "label name " + quoted(name) +
              " may not begin with __ (Prometheus keeps such names for itself): " + would_work(name)};
}

Rejection label_without_name(std::string_view value) {
  return {Reason::bad_label_name, "a label has no name: that with the value " + quoted(value)};
}

Rejection bad_utf8(std::string_view name, std::string_view value) {
  return {Reason::bad_utf8, "label " + quoted(name) + ": the value is not valid UTF-8 (byte " +
                                std::to_string(valid_utf8_prefix(value) + 1) + ")"};
}

Rejection bad_metric_name(std::string_view name) {
  if (name.empty()) return {Reason::bad_label_name, "the metric has no name"};
  return {Reason::bad_label_name,
          "metric name " + quoted(name) + " may hold only letters, digits, _ and : (and not begin with a digit)"};
}

Rejection parameter_without_name(std::size_t number, std::string_view encoded) {
  return {Reason::bad_label_name, parameter(number, encoded) + " has no name: write name=value"};
}

Rejection without_equals_sign(std::size_t number, std::string_view encoded) {
  return {Reason::bad_parameter, parameter(number, encoded) +
                                     " has no =: write name=value (curl: -d message='…' for a plain text), and %26 for "
                                     "an & in a text"};
}

Rejection line_ends_inside(std::size_t number, std::string_view encoded) {
  const std::string_view name = encoded.substr(0, encoded.find_first_of("=\r\n"));
  const bool in_value = name.size() < encoded.size() && encoded[name.size()] == '=';
  return {Reason::bad_parameter, "line 1 ends inside " +
                                     (in_value && !name.empty() ? quoted(name) : parameter(number, encoded)) +
                                     ": parameters are separated by &, and a line end in a text is %0A"};
}

Rejection json_as_form() { return {Reason::bad_parameter, "this is JSON: send Content-Type: application/json"}; }

Rejection bad_encoding(std::size_t number, std::string_view encoded) {
  return {Reason::bad_encoding, parameter(number, encoded) + ": " + quoted(first_bad_escape(encoded)) +
                                    " is not a percent-encoding (a percent sign itself is %25)"};
}

Rejection bad_number(std::string_view text) {
  if (is_decimal(text)) {
    return {Reason::bad_value, "value " + quoted(text) +
                                   " does not fit into a 64-bit floating-point number: allowed are sizes up to "
                                   "1.79e+308, NaN and Inf"};
  }
  const std::string fault = text.empty() ? "value is empty" : "value " + quoted(text) + " is not a number";
  return {Reason::bad_value, fault + ": allowed are decimal numbers, NaN and Inf"};
}

Rejection label_given_twice(std::string_view name) {
  return {Reason::duplicate_label, "label " + quoted(name) + " is given twice"};
}

Rejection labels_become_one(std::string_view one, std::string_view other, std::string_view name) {
  return {Reason::duplicate_label,
          "label names " + quoted(one) + " and " + quoted(other) + " both become " + quoted(name)};
}

Rejection stamped_label(std::string_view name, std::string_view client) {
  return {Reason::duplicate_label,
          "label " + quoted(name) + " is set by the server for client " + quoted(client) + ": leave it out"};
}

Rejection given_twice(std::string_view part) {
  return {Reason::duplicate_label, std::string(part) + " is given twice"};
}

Rejection event_too_large(std::size_t max_event_bytes) {
  return {Reason::too_large, "the names and values of an event may take " + std::to_string(max_event_bytes) +
                                 " bytes (max_event_bytes), and this one has more"};
}

Rejection no_labels(bool empty_ones) {
  const std::string_view fault = empty_ones ? "every label of this event is empty" : "this event has no label";
  return {Reason::no_labels, std::string(fault) + ": say what happened, as in type=deploy"};
}

Rejection label_name_too_long(std::string_view name, std::size_t max) {
  return {Reason::over_limit, "label name " + quoted(name) + " has " + std::to_string(name.size()) +
                                  " bytes, over the " + std::to_string(max) + " of max_label_name_bytes"};
}

Rejection label_value_too_long(std::string_view name, std::size_t bytes, std::size_t max) {
  return {Reason::over_limit, "label " + quoted(name) + ": the value has " + std::to_string(bytes) +
                                  " bytes, over the " + std::to_string(max) + " of max_label_value_bytes"};
}

Rejection too_many_labels(std::size_t count, std::size_t max) {
  return {Reason::over_limit,
          "this event has " + std::to_string(count) + " labels, over the " + std::to_string(max) + " of max_labels"};
}

Rejection bad_time(std::string_view text) {
  const bool without_offset = parse_time(std::string(text.substr(0, shown)) + 'Z').has_value();
  const std::string_view hint = looks_like_milliseconds(text) ? " (these look like milliseconds)"
                                : without_offset              ? " (the offset is missing: Z for UTC, or +01:00)"
                                                              : "";
  return {Reason::bad_time, "time " + quoted(text) +
                                " must be RFC 3339, such as 2026-11-26T09:30:00Z, or seconds since 1970" +
                                std::string(hint)};
}

Rejection unwanted_time() {
  return {Reason::bad_time, "this server does not take a sender's time (sender_time): leave it out"};
}

Rejection timestamp_label() {
  return {Reason::bad_time, "timestamp is no label, since each event would begin a series of its own: write time=…"};
}

Rejection ttl_label() {
  return {Reason::bad_parameter, "ttl is no label: an event goes to each scraper once and is gone, so leave it out"};
}

}  // namespace oneshot::event
