// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "event/event.hpp"

/// The words for what is wrong with an event. Every message is one line, names the part, and shows a client's bytes
/// printable and cut to a sane length. What is wrong, the caller has found out.
namespace oneshot::event {

// A bad label name comes with the one that would work.

/// A byte that no label name may hold, or a digit in front.
[[nodiscard, gnu::cold]] Rejection bad_label_name(std::string_view name);
/// A label name that begins with `__`.
[[nodiscard, gnu::cold]] Rejection reserved_label_name(std::string_view name);
[[nodiscard, gnu::cold]] Rejection label_without_name(std::string_view value);
[[nodiscard, gnu::cold]] Rejection bad_utf8(std::string_view name, std::string_view value);
/// The reason is that of a label name: a metric's name is the label `__name__` to Prometheus.
[[nodiscard, gnu::cold]] Rejection bad_metric_name(std::string_view name);
/// `text` is no number, or none that a double can hold.
[[nodiscard, gnu::cold]] Rejection bad_number(std::string_view text);
[[nodiscard, gnu::cold]] Rejection label_given_twice(std::string_view name);
/// Two names that the client wrote, other ones, are both `name` in the end.
[[nodiscard, gnu::cold]] Rejection labels_become_one(std::string_view one, std::string_view other,
                                                     std::string_view name);
/// The server writes `name` on each event of `client`, with another value than this client sent.
[[nodiscard, gnu::cold]] Rejection stamped_label(std::string_view name, std::string_view client);
/// `part` is what an event has once beside its labels, such as "value".
[[nodiscard, gnu::cold]] Rejection given_twice(std::string_view part);
[[nodiscard, gnu::cold]] Rejection event_too_large(std::size_t max_event_bytes);
/// `empty_ones`: there were some, without a value.
[[nodiscard, gnu::cold]] Rejection no_labels(bool empty_ones);

// The operator's limits, in bytes but for the number of labels.

[[nodiscard, gnu::cold]] Rejection label_name_too_long(std::string_view name, std::size_t max);
[[nodiscard, gnu::cold]] Rejection label_value_too_long(std::string_view name, std::size_t bytes, std::size_t max);
[[nodiscard, gnu::cold]] Rejection too_many_labels(std::size_t count, std::size_t max);

// The sender's time, and what looks like one.

[[nodiscard, gnu::cold]] Rejection bad_time(std::string_view text);
[[nodiscard, gnu::cold]] Rejection unwanted_time();
[[nodiscard, gnu::cold]] Rejection timestamp_label();
[[nodiscard, gnu::cold]] Rejection ttl_label();

// Of form parameters: `number` counts those of a request from 1; `encoded` is the whole parameter as it came in.

[[nodiscard, gnu::cold]] Rejection parameter_without_name(std::size_t number, std::string_view encoded);
/// `encoded` has a percent sign without two hex digits behind it.
[[nodiscard, gnu::cold]] Rejection bad_encoding(std::size_t number, std::string_view encoded);
/// `encoded` is a name without a value, or the piece of a text behind an & that was not encoded.
[[nodiscard, gnu::cold]] Rejection without_equals_sign(std::size_t number, std::string_view encoded);
/// `encoded` holds a line end that was not encoded, the first one of the body.
[[nodiscard, gnu::cold]] Rejection line_ends_inside(std::size_t number, std::string_view encoded);
/// The body of a form begins as JSON does.
[[nodiscard, gnu::cold]] Rejection json_as_form();

}  // namespace oneshot::event
