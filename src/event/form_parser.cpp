// SPDX-License-Identifier: MIT
#include "event/form_parser.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_scan.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "event/rejection.hpp"

namespace oneshot::event {

Result<Event, Rejection> FormParser::parse(std::string_view query, std::string_view form_body) {
  seen_ = 0;
  decoded_.clear();
  // Views of it are taken while it grows, so it must not move. Decoded text is never longer.
  decoded_.reserve(query.size() + form_body.size());
  builder_.begin();
  for (const std::string_view part : {query, form_body})
    if (EventBuilder::Taken taken = take_all(part); !taken) return Unexpected{std::move(taken.error())};
  return builder_.finish();
}

EventBuilder::Taken FormParser::take_all(std::string_view encoded) {
  // Most have nothing to decode, no blank in a name to replace, and then nothing is copied.
  const bool encoding = find_any_of(encoded, '%', '+', ' ') != encoded.size();
  while (!encoded.empty()) {
    const std::string_view one(encoded.data(), find_byte(encoded, '&'));
    encoded.remove_prefix(std::min(one.size() + 1, encoded.size()));
    if (one.empty()) continue;
    if (EventBuilder::Taken taken = take_one(one, encoding); !taken) return taken;
  }
  return {};
}

EventBuilder::Taken FormParser::take_one(std::string_view encoded, bool encoding) {
  ++seen_;
  const std::size_t name_end = find_byte(encoded, '=');
  std::string_view name(encoded.data(), name_end);
  std::string_view value = encoded;
  value.remove_prefix(std::min(name_end + 1, encoded.size()));
  if (encoding && (!decode_name(name) || !decode(value))) return Unexpected{bad_encoding(seen_, encoded)};
  if (name.empty()) return refuse_nameless(encoded, value);
  if (!equals(name, "value")) return builder_.label(name, value);
  if (encoding) restore_plus_signs(value);
  return builder_.value(value);
}

/// In the words of a form, which has a place for the name. The builder's other reasons stay what they are.
EventBuilder::Taken FormParser::refuse_nameless(std::string_view encoded, std::string_view value) {
  EventBuilder::Taken refused = builder_.label({}, value);
  if (refused.error().reason == Reason::bad_label_name) refused.error() = nameless(seen_, encoded);
  return refused;
}

/// Puts the decoded part to the end of decoded_, which has the room: parse() saw to that.
bool FormParser::decode(std::string_view& part) {
  const std::size_t begin = decoded_.size();
  if (!append_percent_decoded(decoded_, part, true)) return false;
  part = std::string_view(decoded_).substr(begin);
  return true;
}

bool FormParser::decode_name(std::string_view& part) {
  if (!decode(part)) return false;
  char* const begin = in_decoded(part);
  std::replace(begin, begin + part.size(), ' ', '_');
  return true;
}

/// "1e+5" and "+5" are what people write into a URL, where a plus means a blank.
void FormParser::restore_plus_signs(std::string_view decoded_number) {
  char* const number = in_decoded(decoded_number);
  for (std::size_t i = 0; i < decoded_number.size(); ++i) {
    const bool sign_belongs_here = i == 0 || number[i - 1] == 'e' || number[i - 1] == 'E';
    if (number[i] == ' ' && sign_belongs_here) number[i] = '+';
  }
}

/// Where a part that was decoded stands, to be changed there.
char* FormParser::in_decoded(std::string_view part) noexcept {
  return decoded_.data() + (part.data() - decoded_.data());
}

}  // namespace oneshot::event
