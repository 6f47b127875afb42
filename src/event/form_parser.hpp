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
/// - Parameters are separated by `&`, name and value by the first `=`. An empty parameter is skipped. `;` is an
///   ordinary character.
/// - Names and values are percent- and plus-decoded (the URL Standard, application/x-www-form-urlencoded).
/// - A parameter is what its name means (Parameter), mostly a label. A `+` in a number or a time arrives as a blank, so
///   a blank before the number, after its `e`, or before the offset of the time is read as `+`; blanks behind a number
///   are dropped.
/// - Nothing is taken that its sender cannot have meant so, since half of it would be lost unseen: a parameter without
///   `=` (mostly the rest of a text with an `&` in it), a line end that is not encoded (that of a file with a line for
///   each label), JSON. Line ends at the end of the body are dropped: `echo` and editors put them there.
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
  /// The same between the builder's begin() and finish(), for an event that has other parts too. The parser keeps what
  /// the builder's event needs of them until the next call.
  EventBuilder::Taken take(std::string_view query, std::string_view form_body);

 private:
  EventBuilder::Taken take_all(std::string_view encoded);
  EventBuilder::Taken take_next(std::string_view& encoded, bool encoding);
  EventBuilder::Taken take_next_plain(std::string_view& encoded);
  EventBuilder::Taken take_one(std::string_view encoded, bool encoding);
  [[gnu::cold]] EventBuilder::Taken refuse_line_end(std::string_view encoded) const;
  [[gnu::cold]] EventBuilder::Taken refuse_nameless(std::string_view encoded, std::string_view value);
  [[nodiscard]] bool decode(std::string_view& part);
  std::string_view restore_plus_signs(Parameter meaning, std::string_view decoded, std::string_view encoded);
  [[nodiscard]] char* in_decoded(std::string_view part) noexcept;

  EventBuilder& builder_;
  std::size_t seen_ = 0;  // parameters so far, for messages
  std::string decoded_;
};

}  // namespace oneshot::event
