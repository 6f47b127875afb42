// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "event/event.hpp"
#include "json/value.hpp"

/// The words for what is wrong with a body. As those of event/rejection.hpp: one line each, a client's bytes printable.
namespace oneshot::ingest {

// `what` names the text or the value: "the body".

/// `why` is what json::Parser says.
[[nodiscard, gnu::cold]] event::Rejection bad_json(std::string_view what, std::string_view why);
[[nodiscard, gnu::cold]] event::Rejection key_given_twice(std::string_view key);
[[nodiscard, gnu::cold]] event::Rejection no_object(std::string_view what, json::Kind kind);
/// A label's value that is an object or a list.
[[nodiscard, gnu::cold]] event::Rejection no_scalar(std::string_view name, json::Kind kind);
/// A part of an event that is neither a text nor a number.
[[nodiscard, gnu::cold]] event::Rejection no_number_or_text(std::string_view part, json::Kind kind);
/// Beside `labels`.
[[nodiscard, gnu::cold]] event::Rejection beside_labels(std::string_view name);
[[nodiscard, gnu::cold]] event::Rejection empty_id();
[[nodiscard, gnu::cold]] event::Rejection id_too_long(std::size_t bytes, std::size_t max);

[[nodiscard, gnu::cold]] event::Rejection attribute_missing(std::string_view name);
[[nodiscard, gnu::cold]] event::Rejection attribute_is_no_text(std::string_view name, json::Kind kind);
[[nodiscard, gnu::cold]] event::Rejection attribute_not_utf8(std::string_view name);
[[nodiscard, gnu::cold]] event::Rejection nul_in_source();
[[nodiscard, gnu::cold]] event::Rejection unknown_specversion(std::string_view version);

[[nodiscard, gnu::cold]] event::Rejection bad_multipart(std::string_view why);
/// `name` is the field's.
[[nodiscard, gnu::cold]] event::Rejection file_field(std::string_view name, std::string_view file);

}  // namespace oneshot::ingest
