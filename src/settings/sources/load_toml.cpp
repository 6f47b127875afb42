// SPDX-License-Identifier: MIT
#include "settings/sources/load_toml.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <compare>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

// toml++ 3.3 asserts, and with clang in release builds tells the compiler to assume, that a table's name begins with a
// letter, before it reports a name such as [=] as an error. Without its assertions it just reports.
#undef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "base/utf8.hpp"
#include "settings/key/key.hpp"
#include "settings/key/named_sections.hpp"
#include "settings/read_file.hpp"
#include "settings/sources/toml_ascii.hpp"
#include "settings/sources/toml_repeated.hpp"

// The only file that knows toml++. It turns the parsed document into Values, hands each to its row in the
// table of keys, and keeps all errors.

namespace oneshot::settings {

namespace {

constexpr std::size_t most_faults = 20;             // that are shown
constexpr std::size_t max_toml_bytes = 256 * 1024;  // far more than any real file has

struct Place {
  unsigned line = 0;
  unsigned column = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

Place begin_of(const toml::source_region& region) noexcept {
  return {static_cast<unsigned>(region.begin.line), static_cast<unsigned>(region.begin.column)};
}

Value to_value(const toml::node& node);

/// toml++ sorts by name: the order of the file is that of the places.
Value::Table to_pairs(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> members;
  for (const auto& [key, node] : table) members.emplace_back(&key, &node);
  std::ranges::stable_sort(members, {}, [](const auto& member) { return begin_of(member.first->source()); });
  Value::Table pairs;
  for (const auto& [key, node] : members) pairs.push_back({std::string(key->str()), to_value(*node)});
  return pairs;
}

Value to_value(const toml::node& node) {
  Value value{Value::Other{"a date or time"}, begin_of(node.source()).line};
  if (const auto* const flag = node.as_boolean()) {
    value.content = flag->get();
  } else if (const auto* const whole = node.as_integer()) {
    value.content = whole->get();
  } else if (const auto* const decimal = node.as_floating_point()) {
    value.content = decimal->get();
  } else if (const auto* const text = node.as_string()) {
    value.content = text->get();
  } else if (const auto* const list = node.as_array()) {
    Value::List elements;
    // Deeper lists are wrong anyway, so they need not be looked into.
    for (const toml::node& element : *list) {
      elements.push_back(element.is_array() ? Value{Value::Other{"a list"}, begin_of(element.source()).line}
                                            : to_value(element));
    }
    value.content = std::move(elements);
  } else if (const auto* const table = node.as_table()) {
    value.content = to_pairs(*table);
  }
  return value;
}

class TomlReader {
 public:
  TomlReader(std::string_view name, Settings base) : name_(printable(name, 1024)), settings_(std::move(base)) {}

  Result<Settings> read(std::string_view text) && {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const auto ascii = ascii_only(text);
    if (!ascii) {
      return Unexpected{name_ + ':' + std::to_string(ascii.error().line) + ": not valid here: " + ascii.error().what};
    }
    const toml::parse_result parsed = toml::parse(*ascii, std::string_view{});
    if (!parsed) {
      const Place place = begin_of(parsed.error().source());
      const std::string_view what = parsed.error().description();
      const bool is_repeated = what.find("redefine") != std::string_view::npos;
      complain(place, syntax_error(what) + (is_repeated ? hint_for_repeated(*ascii, place.line) : ""));
    } else {
      for (const auto& [key, node] : parsed.table()) read_section(key, node);
    }
    if (!faults_.empty()) return Unexpected{all_faults()};
    return std::move(settings_);
  }

 private:
  /// The library's sentence without its beginning; what could break the line, such as half a character where the
  /// library has cut a long sentence, shows as question marks.
  static std::string syntax_error(std::string_view description) {
    constexpr std::string_view beginning = "Error while parsing ";
    std::string text = "not valid TOML: ";
    if (description.starts_with(beginning)) {
      text += "in a ";
      description.remove_prefix(beginning.size());
    }
    while (!description.empty()) {
      const std::size_t length = utf8_sequence(description);
      const bool control = static_cast<unsigned char>(description.front()) < 0x20 || description.front() == 0x7F;
      text += length == 0 || control ? "?" : description.substr(0, length);
      description.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
  }

  void complain(Place place, std::string_view what) { faults_.emplace_back(place, what); }

  /// A line for each, in the order of the file.
  std::string all_faults() {
    std::ranges::stable_sort(faults_, {}, &std::pair<Place, std::string>::first);
    std::string text;
    for (std::size_t i = 0; i < std::min(faults_.size(), most_faults); ++i) {
      const auto& [place, what] = faults_[i];
      text.append(i == 0 ? "" : "\n").append(name_).append(":").append(std::to_string(place.line)).append(": " + what);
    }
    if (faults_.size() > most_faults)
      text.append("\n").append(name_).append(": and ").append(std::to_string(faults_.size() - most_faults) + " more");
    return text;
  }

  void read_section(const toml::key& key, const toml::node& node) {
    const std::string_view section = key.str();
    const std::string shown = printable(section);
    if (const NamedSections* const named = find_named_sections(section)) return read_named(*named, node);
    if (!is_section(section)) {
      complain(begin_of(key.source()), node.is_table() ? '[' + shown + "]: unknown table" + hint_for_section(section)
                                                       : shown + ": unknown key" + hint_for_key("", section));
      return;
    }
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
      complain(begin_of(node.source()),
               shown + " = " + describe(to_value(node)) + ": must be a table, [" + shown + ']');
      return;
    }
    for (const auto& [name, value] : *table) {
      const Key* const known = find_key(section, name.str());
      const std::string where = '[' + shown + "] " + printable(name.str());
      if (known == nullptr) {
        complain(begin_of(name.source()), where + ": unknown key" + hint_for_key(section, name.str()));
      } else {
        set([&](const Value& given) { return known->set(settings_, given); }, where, value);
      }
    }
  }

  /// [confirm.NAME]: a table for each scraper, in the order of the file, whereas toml++ sorts them.
  void read_named(const NamedSections& sections, const toml::node& node) {
    const toml::table* const all = node.as_table();
    const std::string kind(sections.kind);
    const std::string each(sections.each);
    if (all == nullptr) {
      complain(begin_of(node.source()), kind + " = " + describe(to_value(node)) + ": must be a table for each " + each +
                                            ", [" + kind + ".NAME]");
      return;
    }
    std::vector<std::pair<const toml::key*, const toml::node*>> found;
    for (const auto& [name, one] : *all) found.emplace_back(&name, &one);
    std::ranges::stable_sort(found, {}, [](const auto& one) { return begin_of(one.first->source()); });
    const std::string wanted = ": must be in a table that names the " + each + ", [" + kind + ".NAME]";
    for (const auto& [name, one] : found) {
      const toml::table* const table = one->as_table();
      if (table == nullptr) {
        const std::string where = '[' + kind + "] " + printable(name->str());
        complain(begin_of(name->source()), where + wanted);
      } else {
        read_one_named(sections, *name, *table);
      }
    }
  }

  /// A dot in a name without quotes makes a table in a table: [confirm.10.0.0.7] is 7 in 0 in 0 in 10, of which each is
  /// nothing but the next one.
  static bool is_of_tables_alone(const NamedSections& sections, const toml::table& table) {
    return !table.empty() && std::ranges::all_of(table, [&](const auto& member) {
      return member.second.is_table() &&
             std::ranges::find(sections.keys, member.first.str(), &NamedKey::name) == sections.keys.end();
    });
  }

  /// Names the section at the end of each way down.
  void complain_of_dots(const NamedSections& sections, const std::string& title, const toml::table& table) {
    if (is_of_tables_alone(sections, table)) {
      for (const auto& [name, below] : table)
        complain_of_dots(sections, title + '.' + std::string(name.str()), *below.as_table());
      return;
    }
    const auto good = sections.check_title(title);
    const std::string shown = '[' + std::string(sections.kind) + '.' + printable(title) + ']';
    complain(begin_of(table.source()),
             shown + ": " +
                 (good ? "a name with a dot must be in quotes: " + section_title(sections.kind, title) : good.error()));
  }

  void read_one_named(const NamedSections& sections, const toml::key& title, const toml::table& table) {
    if (is_of_tables_alone(sections, table)) return complain_of_dots(sections, std::string(title.str()), table);
    const std::string shown = '[' + std::string(sections.kind) + '.' + printable(title.str()) + ']';
    if (const auto good = sections.check_title(title.str()); !good) {
      return complain(begin_of(table.source()), shown + ": " + good.error());
    }
    sections.add(settings_, title.str());
    for (const auto& [name, value] : table) {
      if (std::ranges::find(sections.keys, name.str(), &NamedKey::name) == sections.keys.end())
        complain(begin_of(name.source()),
                 shown + ' ' + printable(name.str()) + ": unknown key" + hint_for_named_key(sections, name.str()));
    }
    // In the order of the table of keys: a preset comes before the keys that go over it.
    for (const NamedKey& key : sections.keys) {
      if (const toml::node* const value = table.get(key.name))
        set([&](const Value& given) { return key.set(settings_, title.str(), given); },
            shown + ' ' + std::string(key.name), *value);
    }
    if (!sections.required.name.empty() && !table.contains(sections.required.name))
      complain(begin_of(table.source()), shown + ": " + std::string(sections.required.why));
  }

  template <class Take>
  void set(const Take& take, const std::string& where, const toml::node& node) {
    const Value value = to_value(node);
    const Result<void, ValueError> taken = take(value);
    if (taken) return;
    const ValueError& error = taken.error();
    Place place = begin_of(node.source());
    if (error.is_secret) {
      complain(place, where + ": " + error.must);
    } else if (error.culprit == &value) {
      complain(place, where + " = " + describe(value) + ": " + error.must);
    } else {
      if (error.culprit->line > place.line) place = {error.culprit->line, 0};
      const std::string shown = error.name.empty() ? describe(*error.culprit) : quoted(error.name);
      complain(place, where + " contains " + shown + ": " + error.must);
    }
  }

  static std::string hint_for_section(std::string_view word) {
    std::vector<std::string_view> sections;
    for (const Key& key : keys()) {
      if (sections.empty() || sections.back() != key.section) sections.push_back(key.section);
    }
    for (const NamedSections& named : named_sections()) sections.push_back(named.kind);
    if (const auto near = nearest(word, sections); !near.empty()) {
      return "; did you mean [" + std::string(near) + "]?";
    }
    return "; allowed: " + joined(sections, "[", "]");
  }

  /// The nearest key of this section, else the same key of another one.
  static std::string hint_for_key(std::string_view section, std::string_view word) {
    if (section == "server" && word == "max_body_memory_mib")  // of versions before 0.1.0
      return "; it is part of \"max_memory_mib\" now, which is for all that connections hold";
    std::vector<std::string_view> here;
    std::string_view elsewhere;
    for (const Key& key : keys()) {
      if (key.section == section) here.push_back(key.name);
      if (key.name == word) elsewhere = key.section;
    }
    if (!elsewhere.empty()) return "; it belongs to [" + std::string(elsewhere) + ']';
    if (const auto near = nearest(word, here); !near.empty()) return "; did you mean \"" + std::string(near) + "\"?";
    if (here.empty()) return hint_for_section(word);
    return "; allowed: " + joined(here, "", "");
  }

  static std::string hint_for_named_key(const NamedSections& sections, std::string_view word) {
    std::vector<std::string_view> names;
    for (const NamedKey& key : sections.keys) names.push_back(key.name);
    if (const auto near = nearest(word, names); !near.empty()) return "; did you mean \"" + std::string(near) + "\"?";
    return "; allowed: " + joined(names, "", "");
  }

  static std::string joined(const std::vector<std::string_view>& words, std::string_view before,
                            std::string_view after) {
    std::string text;
    for (const std::string_view word : words) {
      if (!text.empty()) text += ", ";
      text.append(before).append(word).append(after);
    }
    return text;
  }

  std::string name_;
  Settings settings_;
  std::vector<std::pair<Place, std::string>> faults_;
};

}  // namespace

Result<Settings> parse_toml(std::string_view text, std::string_view name, Settings base) {
  if (text.size() > max_toml_bytes) return too_large(name, max_toml_bytes);
  return TomlReader(name, std::move(base)).read(text);
}

Result<Settings> load_toml(const std::string& path, Settings base) {
  // Not to wait for whoever may write into a pipe, or may not: then the server would never start, and not say why.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return unreadable(path, errno);
  if (S_ISFIFO(info.st_mode)) return Unexpected{printable(path, 1024) + ": is a pipe: write the settings into a file"};
  const Result<std::string> text = read_to_end(file.get(), path, max_toml_bytes);
  if (!text) return Unexpected{text.error()};
  return parse_toml(*text, path, std::move(base));
}

}  // namespace oneshot::settings
