// SPDX-License-Identifier: MIT
// The only file that knows libyaml. Events are read one by one, so that nothing is built of what will be refused.
#include "settings/yaml.hpp"

#include <yaml.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace oneshot::settings {
namespace {

constexpr unsigned deepest = 8;  // no setting is deeper than three

struct Parser {
  explicit Parser(std::string_view text) {
    yaml_parser_initialize(&library);
    yaml_parser_set_encoding(&library, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&library, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { yaml_parser_delete(&library); }
  yaml_parser_t library;
};

/// One event, given back at the end of its life.
struct Event {
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&library); }
  [[nodiscard]] unsigned line() const noexcept { return static_cast<unsigned>(library.start_mark.line) + 1; }
  yaml_event_t library{};
};

std::string_view text_of(const yaml_event_t& event) noexcept {
  return {reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length};
}

Value scalar(const yaml_event_t& event, unsigned line) {
  const std::string_view text = text_of(event);
  if (event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE) return {std::string(text), line};
  if (text == "true" || text == "false") return {text == "true", line};
  Value value = whole_number_or_text(text);
  value.line = line;
  return value;
}

class Reader {
 public:
  Reader(std::string_view text, std::string_view file) : parser_(text), file_(printable(file, 1024)) {}

  Result<Value> read() && {
    auto document = read_document();
    if (!document) return Unexpected{std::move(error_)};
    return *std::move(document);
  }

 private:
  std::optional<Value> read_document() {
    Event event;
    Value document{Value::Table{}, 1};
    while (next(event)) {
      const yaml_event_type_t type = event.library.type;
      if (type == YAML_STREAM_END_EVENT) return document;
      if (type == YAML_DOCUMENT_START_EVENT && std::exchange(seen_document_, true))
        return complain(event.line(), "a second document: there may be one");
      if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT || type == YAML_DOCUMENT_END_EVENT)
        continue;
      auto value = read_value(event, 0);
      if (!value) return std::nullopt;
      if (const auto* const text = std::get_if<std::string>(&value->content); text == nullptr || !text->empty())
        document = *std::move(value);
    }
    return std::nullopt;
  }

  bool next(Event& event) {
    yaml_event_delete(&event.library);
    event.library = {};
    if (yaml_parser_parse(&parser_.library, &event.library) == 1) return true;
    const yaml_parser_t& at = parser_.library;
    const char* const problem = at.problem == nullptr ? "cannot be read" : at.problem;
    complain(static_cast<unsigned>(at.problem_mark.line) + 1, std::string("not valid YAML: ") + problem);
    return false;
  }

  std::optional<Value> read_value(const Event& event, unsigned depth) {
    const yaml_event_t& library = event.library;
    if (library.type == YAML_ALIAS_EVENT) return complain(event.line(), "an alias (*name) is not taken here");
    if (has_extras(library)) return complain(event.line(), "an anchor (&name) or a tag (!name) is not taken here");
    if (library.type == YAML_SCALAR_EVENT) return scalar(library, event.line());
    if (depth == deepest) return complain(event.line(), "nested too deeply");
    if (library.type == YAML_SEQUENCE_START_EVENT) return read_list(event.line(), depth);
    return read_table(event.line(), depth);
  }

  static bool has_extras(const yaml_event_t& event) noexcept {
    switch (event.type) {
      case YAML_SCALAR_EVENT:
        return event.data.scalar.anchor != nullptr || event.data.scalar.tag != nullptr;
      case YAML_SEQUENCE_START_EVENT:
        return event.data.sequence_start.anchor != nullptr || event.data.sequence_start.tag != nullptr;
      case YAML_MAPPING_START_EVENT:
        return event.data.mapping_start.anchor != nullptr || event.data.mapping_start.tag != nullptr;
      default:
        return false;
    }
  }

  std::optional<Value> read_list(unsigned line, unsigned depth) {
    Value::List list;
    for (Event event; next(event);) {
      if (event.library.type == YAML_SEQUENCE_END_EVENT) return Value{std::move(list), line};
      auto element = read_value(event, depth + 1);
      if (!element) return std::nullopt;
      list.push_back(*std::move(element));
    }
    return std::nullopt;
  }

  std::optional<Value> read_table(unsigned line, unsigned depth) {
    Value::Table table;
    for (Event event; next(event);) {
      if (event.library.type == YAML_MAPPING_END_EVENT) return Value{std::move(table), line};
      if (!read_member(event, depth, table)) return std::nullopt;
    }
    return std::nullopt;
  }

  bool read_member(const Event& key, unsigned depth, Value::Table& table) {
    if (key.library.type != YAML_SCALAR_EVENT || has_extras(key.library)) {
      complain(key.line(), "a key must be a plain text");
      return false;
    }
    std::string name(text_of(key.library));
    if (std::ranges::find(table, name, &Value::Member::name) != table.end()) {
      complain(key.line(), '"' + printable(name) + "\" stands twice");
      return false;
    }
    Event event;
    if (!next(event)) return false;
    auto value = read_value(event, depth + 1);
    if (!value) return false;
    value->line = key.line();
    table.push_back({std::move(name), *std::move(value)});
    return true;
  }

  std::nullopt_t complain(unsigned line, const std::string& what) {
    if (error_.empty()) error_ = file_ + ':' + std::to_string(line) + ": " + what;
    return std::nullopt;
  }

  Parser parser_;
  std::string file_;
  std::string error_;
  bool seen_document_ = false;
};

}  // namespace

Result<Value> parse_yaml(std::string_view text, std::string_view file) { return Reader(text, file).read(); }

}  // namespace oneshot::settings
