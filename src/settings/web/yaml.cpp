// SPDX-License-Identifier: MIT
// Events are taken one by one, so that nothing is built of what will be refused.
#include "settings/web/yaml.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "yaml/events.hpp"

namespace oneshot::settings {
namespace {

using yaml::Event;
using yaml::Kind;

constexpr unsigned deepest = 8;  // no setting is deeper than three

Value scalar(const Event& event) {
  if (!event.plain) return {std::string(event.text), event.line};
  if (event.text == "true" || event.text == "false") return {event.text == "true", event.line};
  Value value = whole_number_or_text(event.text);
  value.line = event.line;
  return value;
}

bool has_extras(const Event& event) noexcept { return !event.anchor.empty() || !event.tag.empty(); }

class YamlReader {
 public:
  YamlReader(std::string_view text, std::string_view file) : events_(text), file_(printable(file, 1024)) {}

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
      if (event.kind == Kind::stream_end) return document;
      if (event.kind == Kind::document_start && std::exchange(seen_document_, true))
        return complain(event.line, "a second document: there may be one");
      if (event.kind == Kind::stream_start || event.kind == Kind::document_start || event.kind == Kind::document_end)
        continue;
      auto value = read_value(event, 0);
      if (!value) return std::nullopt;
      if (const auto* const text = std::get_if<std::string>(&value->content); text == nullptr || !text->empty())
        document = *std::move(value);
    }
    return std::nullopt;
  }

  bool next(Event& event) {
    if (events_.next(event)) return true;
    complain(events_.error_line(), "not valid YAML: " + std::string(events_.error()));
    return false;
  }

  std::optional<Value> read_value(const Event& event, unsigned depth) {
    const unsigned line = event.line;
    if (event.kind == Kind::alias) return complain(line, "an alias (*name) is not taken here");
    if (has_extras(event)) return complain(line, "an anchor (&name) or a tag (!name) is not taken here");
    if (event.kind == Kind::scalar) return scalar(event);
    if (depth == deepest) return complain(line, "nested too deeply");
    if (event.kind == Kind::list_start) return read_list(line, depth);
    return read_table(line, depth);
  }

  std::optional<Value> read_list(unsigned line, unsigned depth) {
    Value::List list;
    for (Event event; next(event);) {
      if (event.kind == Kind::list_end) return Value{std::move(list), line};
      auto element = read_value(event, depth + 1);
      if (!element) return std::nullopt;
      list.push_back(*std::move(element));
    }
    return std::nullopt;
  }

  std::optional<Value> read_table(unsigned line, unsigned depth) {
    Value::Table table;
    for (Event event; next(event);) {
      if (event.kind == Kind::table_end) return Value{std::move(table), line};
      if (!read_member(event, depth, table)) return std::nullopt;
    }
    return std::nullopt;
  }

  bool read_member(const Event& key, unsigned depth, Value::Table& table) {
    const unsigned line = key.line;
    if (key.kind != Kind::scalar || has_extras(key)) {
      complain(line, "a key must be a plain text");
      return false;
    }
    std::string name(key.text);
    if (std::ranges::find(table, name, &Value::Member::name) != table.end()) {
      complain(line, '"' + printable(name) + "\" stands twice");
      return false;
    }
    Event event;
    if (!next(event)) return false;
    auto value = read_value(event, depth + 1);
    if (!value) return false;
    value->line = line;
    table.push_back({std::move(name), *std::move(value)});
    return true;
  }

  std::nullopt_t complain(unsigned line, const std::string& what) {
    if (error_.empty()) error_ = file_ + ':' + std::to_string(line) + ": " + what;
    return std::nullopt;
  }

  yaml::Events events_;
  std::string file_;
  std::string error_;
  bool seen_document_ = false;
};

}  // namespace

Result<Value> parse_yaml(std::string_view text, std::string_view file) { return YamlReader(text, file).read(); }

}  // namespace oneshot::settings
