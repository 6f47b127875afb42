// SPDX-License-Identifier: MIT
#include "event/form_parser.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_scan.hpp"
#include "base/byte_set.hpp"
#include "base/looks_like_json.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "event/rejection.hpp"

namespace oneshot::event {
namespace {

constexpr std::size_t date_and_time = 19;  // bytes of 2026-11-26T09:30:00

constexpr std::string_view line_ends = "\r\n";

/// What looks_like_json() has to look at: few forms begin so.
constexpr ByteSet may_begin_json{
    [](char c) { return c == '{' || c == '[' || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\xef'; }};

}  // namespace

Result<Event, Rejection> FormParser::parse(std::string_view query, std::string_view form_body) {
  builder_.begin();
  if (EventBuilder::Taken taken = take(query, form_body); !taken) return Unexpected{std::move(taken.error())};
  return builder_.finish();
}

EventBuilder::Taken FormParser::take(std::string_view query, std::string_view form_body) {
  seen_ = 0;
  decoded_.clear();
  // Views of it are taken while it grows, so it must not move. Decoded text is never longer.
  decoded_.reserve(query.size() + form_body.size());
  if (form_body.empty()) return take_all(query);
  if (EventBuilder::Taken taken = take_all(query); !taken) return taken;
  form_body = trim_line_ends(form_body);
  if (!form_body.empty() && may_begin_json.has(form_body.front()) && looks_like_json(form_body))
    return Unexpected{json_as_form()};
  return take_all(form_body);
}

EventBuilder::Taken FormParser::take_all(std::string_view encoded) {
  // Most have nothing to decode, and then nothing is copied.
  const bool encoding = find_any_of_or_blank(encoded, '%', '+') != encoded.size();
  if (encoding && find_control(encoded) != encoded.size() && encoded.find_first_of(line_ends) != encoded.npos)
    return refuse_line_end(encoded);
  while (!encoded.empty()) {
    if (EventBuilder::Taken taken = encoding ? take_next(encoded, true) : take_next_plain(encoded); !taken)
      return taken;
  }
  return {};
}

// Takes the parameter in front off the text, and the `&` behind it.

EventBuilder::Taken FormParser::take_next(std::string_view& encoded, bool encoding) {
  const std::string_view one(encoded.data(), find_byte(encoded, '&'));
  encoded.remove_prefix(std::min(one.size() + 1, encoded.size()));
  return one.empty() ? EventBuilder::Taken{} : take_one(one, encoding);
}

/// Where nothing is encoded: mostly a label in the usual shape, whose name and value are each looked at once.
EventBuilder::Taken FormParser::take_next_plain(std::string_view& encoded) {
  const std::string_view name(encoded.data(), find_other_than_word(encoded));
  if (name.empty() || name.size() == encoded.size() || encoded[name.size()] != '=' ||
      builder_.meaning_of(name) != Parameter::label)
    return take_next(encoded, false);
  std::string_view value = encoded;
  value.remove_prefix(name.size() + 1);
  const std::size_t end = find_any_of_or_non_ascii<'&', '"', '\\'>(value);
  if (end != value.size() && value[end] != '&') return take_next(encoded, false);
  ++seen_;
  encoded = value;
  encoded.remove_prefix(std::min(end + 1, value.size()));
  return builder_.plain_label(name, {value.data(), end});
}

EventBuilder::Taken FormParser::take_one(std::string_view encoded, bool encoding) {
  ++seen_;
  const std::size_t name_end = find_byte(encoded, '=');
  if (name_end == encoded.size()) return Unexpected{without_equals_sign(seen_, encoded)};
  std::string_view name(encoded.data(), name_end);
  std::string_view value = encoded;
  value.remove_prefix(name_end + 1);
  if (encoding && (!decode(name) || !decode(value))) return Unexpected{bad_encoding(seen_, encoded)};
  if (name.empty()) return refuse_nameless(encoded, value);
  const Parameter meaning = builder_.meaning_of(name);
  if (meaning == Parameter::label) return builder_.label(name, value);
  if (encoding) value = restore_plus_signs(meaning, value, encoded);
  return builder_.parameter(name, value);
}

/// Says in which parameter the first line ends.
EventBuilder::Taken FormParser::refuse_line_end(std::string_view encoded) const {
  const char* const line_end = encoded.data() + encoded.find_first_of(line_ends);
  std::size_t number = seen_;
  for (;;) {
    const std::string_view one = encoded.substr(0, encoded.find('&'));
    if (!one.empty()) ++number;
    if (line_end < one.data() + one.size()) return Unexpected{line_ends_inside(number, one)};
    encoded.remove_prefix(one.size() + 1);
  }
}

/// In the words of a form, which has a place for the name. The builder's other reasons stay what they are.
EventBuilder::Taken FormParser::refuse_nameless(std::string_view encoded, std::string_view value) {
  EventBuilder::Taken refused = builder_.label({}, value);
  if (refused.error().reason == Reason::bad_label_name) refused.error() = parameter_without_name(seen_, encoded);
  return refused;
}

/// Puts the decoded part to the end of decoded_, which has the room: parse() saw to that.
bool FormParser::decode(std::string_view& part) {
  const std::size_t begin = decoded_.size();
  if (!append_percent_decoded(decoded_, part, true)) return false;
  part = std::string_view(decoded_).substr(begin);
  return true;
}

/// A plus means a blank there, but "1e+5", "+5" and "09:30:00+01:00" are what people write into a URL.
std::string_view FormParser::restore_plus_signs(Parameter meaning, std::string_view decoded, std::string_view encoded) {
  char* const text = in_decoded(decoded);
  if (meaning == Parameter::time) {
    constexpr std::size_t offset = 6;  // bytes of +01:00
    if (decoded.size() < date_and_time + offset) return decoded;
    char& sign = text[decoded.size() - offset];
    if (sign == ' ') sign = '+';
    return decoded;
  }
  // "5+" is no blank behind a number, but half of something else.
  while (decoded.ends_with(' ') && !encoded.ends_with('+')) decoded.remove_suffix(1);
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    const bool sign_belongs_here = i == 0 || text[i - 1] == 'e' || text[i - 1] == 'E';
    if (text[i] == ' ' && sign_belongs_here) text[i] = '+';
  }
  return decoded;
}

/// Where a part that was decoded stands, to be changed there.
char* FormParser::in_decoded(std::string_view part) noexcept {
  return decoded_.data() + (part.data() - decoded_.data());
}

}  // namespace oneshot::event
