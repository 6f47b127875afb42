// SPDX-License-Identifier: MIT
// The only file that knows libyaml.
#include "yaml/events.hpp"

#include <yaml.h>

namespace oneshot::yaml {
namespace {

std::string_view view_of(const yaml_char_t* text) noexcept {
  return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

Event scalar(const yaml_event_t& from) {
  const auto& scalar = from.data.scalar;
  Event event{.kind = Kind::scalar};
  event.text = {reinterpret_cast<const char*>(scalar.value), scalar.length};
  event.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
  event.anchor = view_of(scalar.anchor);
  event.tag = view_of(scalar.tag);
  return event;
}

Event start(Kind kind, const yaml_char_t* anchor, const yaml_char_t* tag) {
  Event event{.kind = kind};
  event.anchor = view_of(anchor);
  event.tag = view_of(tag);
  return event;
}

Event event_of(const yaml_event_t& from) {
  switch (from.type) {
    case YAML_STREAM_START_EVENT:
      return {.kind = Kind::stream_start};
    case YAML_DOCUMENT_START_EVENT:
      return {.kind = Kind::document_start};
    case YAML_DOCUMENT_END_EVENT:
      return {.kind = Kind::document_end};
    case YAML_ALIAS_EVENT:
      return {.kind = Kind::alias, .text = view_of(from.data.alias.anchor)};
    case YAML_SCALAR_EVENT:
      return scalar(from);
    case YAML_SEQUENCE_START_EVENT:
      return start(Kind::list_start, from.data.sequence_start.anchor, from.data.sequence_start.tag);
    case YAML_SEQUENCE_END_EVENT:
      return {.kind = Kind::list_end};
    case YAML_MAPPING_START_EVENT:
      return start(Kind::table_start, from.data.mapping_start.anchor, from.data.mapping_start.tag);
    case YAML_MAPPING_END_EVENT:
      return {.kind = Kind::table_end};
    default:
      return {.kind = Kind::stream_end};
  }
}

unsigned line_of(const yaml_mark_t& mark) noexcept { return static_cast<unsigned>(mark.line) + 1; }

}  // namespace

struct Events::Library {
  explicit Library(std::string_view text) {
    yaml_parser_initialize(&parser);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    yaml_event_delete(&event);
    yaml_parser_delete(&parser);
  }
  yaml_parser_t parser{};
  yaml_event_t event{};
};

Events::Events(std::string_view text) : library_(std::make_unique<Library>(text)) {}
Events::~Events() = default;

bool Events::next(Event& event) {
  yaml_event_delete(&library_->event);
  library_->event = {};
  if (yaml_parser_parse(&library_->parser, &library_->event) == 1) {
    event = event_of(library_->event);
    event.line = line_of(library_->event.start_mark);
    return true;
  }
  const yaml_parser_t& at = library_->parser;
  error_line_ = line_of(at.problem_mark);
  error_ = at.problem == nullptr ? "cannot be read" : at.problem;
  return false;
}

}  // namespace oneshot::yaml
