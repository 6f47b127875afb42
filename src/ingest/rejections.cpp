// SPDX-License-Identifier: MIT
#include "ingest/rejections.hpp"

#include "base/text.hpp"

namespace oneshot::ingest {
namespace {

using event::Reason;
using event::Rejection;

constexpr std::size_t shown = 64;

std::string quoted(std::string_view text) { return oneshot::quoted(text, shown); }

std::string label(std::string_view name, json::Kind kind) {
  return "label " + quoted(name) + " is " + std::string(words_for(kind));
}

}  // namespace

Rejection bad_json(std::string_view what, std::string_view why) {
  return {Reason::bad_body, std::string(what) + " is not valid JSON: " + std::string(why)};
}

Rejection key_given_twice(std::string_view key) {
  return {Reason::bad_body,
          "the JSON has two members " + quoted(key) + " in one object: which of them counts, nobody knows"};
}

Rejection no_object(std::string_view what, json::Kind kind) {
  std::string message = std::string(what) + " is " + std::string(words_for(kind)) + ", and an event is an object: ";
  return {Reason::bad_body, message + R"(write {"type":"deploy"})"};
}

Rejection no_scalar(std::string_view name, json::Kind kind) {
  return {Reason::bad_body, label(name, kind) +
                                ": only texts, numbers, true and false are label values (what a webhook sends is taken "
                                "apart by [webhooks.NAME] at /hook/NAME)"};
}

Rejection no_number_or_text(std::string_view part, json::Kind kind) {
  const Reason reason = part == "value" ? Reason::bad_value : part == "time" ? Reason::bad_time : Reason::bad_body;
  return {reason, std::string(part) + " is " + std::string(words_for(kind)) + ": it must be a number or a text"};
}

Rejection beside_labels(std::string_view name) {
  return {Reason::bad_parameter, "beside \"labels\" only \"value\", \"time\" and \"id\" may stand, not " +
                                     quoted(name) + ": move it into \"labels\""};
}

Rejection empty_id() { return {Reason::bad_key, "the id is empty: leave it out, or tell the event from all others"}; }

Rejection id_too_long(std::size_t bytes, std::size_t max) {
  return {Reason::bad_key, "the id has " + std::to_string(bytes) + " bytes, and " + std::to_string(max) +
                               " are allowed: send a hash of it"};
}

Rejection attribute_missing(std::string_view name) {
  return {Reason::bad_body, "the CloudEvent has no \"" + std::string(name) +
                                "\": specversion, id, source and type are required (CloudEvents 1.0)"};
}

Rejection attribute_is_no_text(std::string_view name, json::Kind kind) {
  return {Reason::bad_body,
          "the CloudEvent's " + quoted(name) + " is " + std::string(words_for(kind)) + ", and must be a text"};
}

Rejection attribute_not_utf8(std::string_view name) {
  return {Reason::bad_utf8, "header ce-" + printable(name, shown) +
                                " is not valid UTF-8: percent-encode it (CloudEvents HTTP binding, 3.1.3.2)"};
}

Rejection nul_in_source() {
  return {Reason::bad_body, "the CloudEvent's \"source\" has a NUL character, and must be an URI-reference"};
}

Rejection unknown_specversion(std::string_view version) {
  return {Reason::bad_body, "CloudEvents specversion " + quoted(version) + " is not known: send 1.0"};
}

Rejection bad_multipart(std::string_view why) {
  return {Reason::bad_body, "the body is not valid multipart/form-data: " + std::string(why)};
}

Rejection file_field(std::string_view name, std::string_view file) {
  return {Reason::bad_body, "field " + quoted(name) + " is a file (" + quoted(file) +
                                "): only texts are label values (curl: -F 'name=<file' sends what is in it)"};
}

}  // namespace oneshot::ingest
