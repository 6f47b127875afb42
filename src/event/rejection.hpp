// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "event/event.hpp"

/// The words for what is wrong with an event. Every message is one line, names the part, and shows a client's bytes
/// printable and cut to a sane length. What is wrong, the caller has found out.
namespace oneshot::event {

/// A byte that no label name may hold, or a digit in front.
[[nodiscard, gnu::cold]] Rejection bad_label_name(std::string_view name);
/// A label name that begins with `__`.
[[nodiscard, gnu::cold]] Rejection reserved_label_name(std::string_view name);
[[nodiscard, gnu::cold]] Rejection nameless_label();
[[nodiscard, gnu::cold]] Rejection bad_utf8(std::string_view name, std::string_view value);
/// The reason is that of a label name: a metric's name is the label `__name__` to Prometheus.
[[nodiscard, gnu::cold]] Rejection bad_metric_name(std::string_view name);
/// `text` is no number, or none that a double can hold.
[[nodiscard, gnu::cold]] Rejection bad_number(std::string_view text);
[[nodiscard, gnu::cold]] Rejection label_given_twice(std::string_view name);
/// `part` is what an event has once beside its labels, such as "value".
[[nodiscard, gnu::cold]] Rejection given_twice(std::string_view part);
[[nodiscard, gnu::cold]] Rejection event_too_large(std::size_t max_event_bytes);

// Of form parameters: `number` counts those of a request from 1; `encoded` is the whole parameter as it came in.

[[nodiscard, gnu::cold]] Rejection nameless(std::size_t number, std::string_view encoded);
/// `encoded` has a percent sign without two hex digits behind it.
[[nodiscard, gnu::cold]] Rejection bad_encoding(std::size_t number, std::string_view encoded);

}  // namespace oneshot::event
