// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "event/event.hpp"

/// The checks of single names and values, and the words for what is wrong with them. Every message is one
/// line, names the parameter, and shows a client's bytes printable and cut to a sane length.
namespace oneshot::event {

/// Usable as a label name (Prometheus' data model; it keeps `__` for itself). Not of an empty one.
[[nodiscard]] bool is_label_name(std::string_view name) noexcept;
/// What is wrong with it, where is_label_name() says no.
[[nodiscard]] Rejection bad_label_name(std::string_view name);
[[nodiscard]] Rejection bad_utf8(std::string_view name, std::string_view value);

/// `number` counts the parameters of a request from 1; `encoded` is the whole parameter as it came in.
[[nodiscard]] Rejection nameless(std::size_t number, std::string_view encoded);
/// `encoded` has a percent sign without two hex digits behind it.
[[nodiscard]] Rejection bad_encoding(std::size_t number, std::string_view encoded);
/// `text` is no number, or none that a double can hold.
[[nodiscard]] Rejection bad_number(std::string_view text);
[[nodiscard]] Rejection label_given_twice(std::string_view name);
[[nodiscard]] Rejection value_given_twice();
[[nodiscard]] Rejection event_too_large(std::size_t max_event_bytes);

}  // namespace oneshot::event
