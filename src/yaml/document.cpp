// SPDX-License-Identifier: MIT
#include "yaml/document.hpp"

#include <map>

#include "base/text.hpp"
#include "yaml/events.hpp"

namespace oneshot::yaml {
namespace {

constexpr unsigned deepest = 64;
constexpr unsigned most_merges = 16;

class Reader {
 public:
  Reader(std::string_view text, std::string_view file) : events_(text), file_(printable(file, 1024)) {}

  Result<Node::Shared> read() && {
    Event event;
    while (next(event) && event.kind != Kind::stream_end) {
      if (event.kind == Kind::stream_start || event.kind == Kind::document_start) continue;
      if (auto node = read_node(event, 0)) return node;
      break;
    }
    if (!error_.empty()) return Unexpected{std::move(error_)};
    Node empty{.kind = Node::Kind::table, .line = 1};
    return std::make_shared<const Node>(std::move(empty));
  }

 private:
  bool next(Event& event) {
    if (events_.next(event)) return true;
    complain(events_.error_line(), "not valid YAML: " + std::string(events_.error()));
    return false;
  }

  Node::Shared complain(unsigned line, const std::string& what) {
    if (error_.empty()) error_ = file_ + ':' + std::to_string(line) + ": " + what;
    return nullptr;
  }

  /// Null: it failed, and the error is noted.
  Node::Shared read_node(const Event& event, unsigned depth) {
    if (event.kind == Kind::alias) return named(event);
    if (depth == deepest) return complain(event.line, "nested too deeply");
    const std::string anchor(event.anchor);
    auto node = std::make_shared<Node>();
    node->line = event.line;
    if (!fill(*node, event, depth)) return nullptr;
    if (!anchor.empty()) anchors_[anchor] = node;
    return node;
  }

  Node::Shared named(const Event& alias) {
    const auto found = anchors_.find(alias.text);
    if (found == anchors_.end()) return complain(alias.line, "the alias *" + printable(alias.text) + " names nothing");
    return found->second;
  }

  bool fill(Node& node, const Event& event, unsigned depth) {
    if (event.kind == Kind::list_start) return fill_list(node, depth);
    if (event.kind == Kind::table_start) return fill_table(node, depth);
    node.text = event.text;
    node.plain = event.plain;
    return true;
  }

  bool fill_list(Node& node, unsigned depth) {
    node.kind = Node::Kind::list;
    for (Event event; next(event);) {
      if (event.kind == Kind::list_end) return true;
      node.elements.push_back(read_node(event, depth + 1));
      if (!node.elements.back()) return false;
    }
    return false;
  }

  bool fill_table(Node& node, unsigned depth) {
    node.kind = Node::Kind::table;
    for (Event event; next(event);) {
      if (event.kind == Kind::table_end) return true;
      if (!add_member(node, event, depth)) return false;
    }
    return false;
  }

  bool add_member(Node& node, const Event& event, unsigned depth) {
    const unsigned line = event.line;
    const Node::Shared key = read_node(event, depth + 1);
    Event following;
    if (!key || !next(following)) return false;
    Node::Shared value = read_node(following, depth + 1);
    if (!value) return false;
    if (value->line != line) value = at_line(*value, line);
    node.members.emplace_back(key->text, std::move(value));
    return true;
  }

  /// A member is found where its key stands; what it holds is shared.
  static Node::Shared at_line(const Node& node, unsigned line) {
    Node copy = node;
    copy.line = line;
    return std::make_shared<const Node>(std::move(copy));
  }

  Events events_;
  std::string file_;
  std::string error_;
  std::map<std::string, Node::Shared, std::less<>> anchors_;
};

const Node* find_member(const Node& table, std::string_view name, unsigned merges) noexcept {
  for (const auto& [known, value] : table.members) {
    if (known == name) return value.get();
  }
  for (const auto& [known, value] : table.members) {
    if (known != "<<" || merges == 0) continue;
    if (const Node* const found = find_member(*value, name, merges - 1)) return found;
    for (const Node::Shared& one : value->elements) {
      if (const Node* const found = find_member(*one, name, merges - 1)) return found;
    }
  }
  return nullptr;
}

}  // namespace

const Node* Node::member(std::string_view name) const noexcept { return find_member(*this, name, most_merges); }

Result<Node::Shared> parse_document(std::string_view text, std::string_view file) { return Reader(text, file).read(); }

}  // namespace oneshot::yaml
