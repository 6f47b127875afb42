// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"
#include "event/event_builder.hpp"

namespace oneshot::event {

/// Takes the parameters of a request apart, and feeds an EventBuilder with them.
///
/// The rules, beside those of the builder:
/// - Parameters are separated by `&`, name and value by the first `=`. An empty parameter is skipped, and one without
///   `=` has an empty value. `;` is an ordinary character.
/// - Names and values are percent- and plus-decoded (the URL Standard, application/x-www-form-urlencoded).
/// - Blanks in a name become `_`.
/// - `value` is the event's value, and every other parameter a label. A `+` in a number arrives as a blank, so a blank
///   before the number or after its `e` is read as `+`.
///
/// One parser serves one thread. The parser keeps its buffer, which grows to the size of the largest request's
/// parameters, and so allocates nothing in the steady state.
class FormParser {
 public:
  /// The builder must outlive the parser.
  explicit FormParser(EventBuilder& builder) : builder_(builder) {}

  /// The event that a query and a form body make together, or why not: the first fault found. Both are as
  /// they came in, still encoded; either may be empty. The event is the builder's.
  Result<Event, Rejection> parse(std::string_view query, std::string_view form_body);

 private:
  EventBuilder::Taken take_all(std::string_view encoded);
  EventBuilder::Taken take_one(std::string_view encoded, bool encoding);
  [[gnu::cold]] EventBuilder::Taken refuse_nameless(std::string_view encoded, std::string_view value);
  [[nodiscard]] bool decode(std::string_view& part);
  [[nodiscard]] bool decode_name(std::string_view& part);
  void restore_plus_signs(std::string_view decoded_number);
  [[nodiscard]] char* in_decoded(std::string_view part) noexcept;

  EventBuilder& builder_;
  std::size_t seen_ = 0;  // parameters so far, for messages
  std::string decoded_;
};

}  // namespace oneshot::event
