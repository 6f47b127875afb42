// SPDX-License-Identifier: MIT
#include "settings/keys/webhook_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_set.hpp"
#include "ingest/hooks/condition.hpp"
#include "ingest/hooks/options.hpp"
#include "ingest/hooks/reference.hpp"
#include "ingest/hooks/signature.hpp"
#include "ingest/hooks/template.hpp"
#include "settings/key/checks.hpp"
#include "settings/key/key_kinds.hpp"
#include "settings/key/named_kinds.hpp"
#include "settings/keys/webhook_presets.hpp"

namespace oneshot::settings {
namespace {

using Hook = ingest::HookOptions;
using Checked = Result<void, std::string>;

constexpr std::string_view kind = "webhooks";
constexpr ByteSet name_bytes{[](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-'; }};

/// The name is a part of a path.
Checked check_hook_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  if (!name.empty() && name.size() <= longest && name_bytes.has_all_of(name)) return {};
  return Unexpected{"a hook's name must be 1 to 64 letters, digits, _ . and -"};
}

template <class Parsed>
Checked without_value(Result<Parsed> parsed) {
  if (!parsed) return Unexpected{std::move(parsed.error())};
  return {};
}
Checked check_template(std::string_view text) { return without_value(ingest::Template::parse(text)); }
Checked check_signature(std::string_view text) { return without_value(ingest::Signature::parse(text)); }
Checked check_each(std::string_view text) { return ingest::check_pointer(text); }

Result<std::string> make_json_reference(const std::string& text, const std::vector<std::string>&) {
  if (auto good = ingest::parse_json_reference(text); !good) return Unexpected{std::move(good.error())};
  return text;
}

/// Takes over all of the preset, so that the keys of the section, which are read after it, go over it.
BasicKey<Hook> preset() {
  return {kind, "preset",
          [](Hook& hook, const Value& value) -> Result<void, ValueError> {
            const auto* const name = std::get_if<std::string>(&value.content);
            if (name != nullptr && name->empty()) return {};
            const Hook* const found = name == nullptr ? nullptr : find_webhook_preset(*name);
            if (found == nullptr) return Unexpected{ValueError{&value, must_be_one_of(webhook_presets())}};
            hook = *found;
            hook.preset = *name;
            return {};
          },
          [](const Hook& hook) { return toml_text(hook.preset); },
          [](Hook& to, const Hook& from) { to.preset = from.preset; }};
}

/// A text, or a list of texts.
Result<std::vector<std::string>, ValueError> texts_of(const Value& value) {
  const std::string must = "must be a text or a list of texts";
  if (const auto* const one = std::get_if<std::string>(&value.content)) return std::vector<std::string>{*one};
  const auto* const list = std::get_if<Value::List>(&value.content);
  if (list == nullptr) return wrong(value, must);
  std::vector<std::string> all;
  for (const Value& element : *list) {
    const auto* const text = std::get_if<std::string>(&element.content);
    if (text == nullptr) return wrong(element, must);
    all.push_back(*text);
  }
  return all;
}

BasicKey<Hook> when() {
  return {kind, "when",
          [](Hook& hook, const Value& value) -> Result<void, ValueError> {
            const auto* const table = std::get_if<Value::Table>(&value.content);
            if (table == nullptr) return wrong(value, "must be a table: { \"/action\" = [\"completed\"] }");
            decltype(hook.when) made;
            for (const auto& [subject, allowed] : *table) {
              auto texts = texts_of(allowed);
              if (!texts) return Unexpected{texts.error()};
              if (auto good = ingest::Condition::make(subject, *texts); !good)
                return wrong(allowed, toml_text(subject) + ": " + good.error());
              made.emplace_back(subject, std::move(*texts));
            }
            hook.when = std::move(made);
            return {};
          },
          [](const Hook& hook) {
            std::vector<std::pair<std::string, std::string>> pairs;
            for (const auto& [subject, texts] : hook.when) pairs.emplace_back(subject, toml_list(texts));
            return toml_table(pairs);
          },
          [](Hook& to, const Hook& from) { to.when = from.when; }};
}

/// Puts a label over that of the preset, or behind all others.
void set_label(Hook& hook, const std::string& name, const std::string& text) {
  const auto found = std::ranges::find(hook.labels, name, [](const auto& label) { return label.first; });
  if (found == hook.labels.end()) {
    hook.labels.emplace_back(name, text);
  } else {
    found->second = text;
  }
}

BasicKey<Hook> labels() {
  return {kind, "labels",
          [](Hook& hook, const Value& value) -> Result<void, ValueError> {
            const auto* const table = std::get_if<Value::Table>(&value.content);
            if (table == nullptr) return wrong(value, "must be a table: { type = \"build\", repo = \"{/repo/name}\" }");
            Hook made = hook;
            for (const auto& [name, label] : *table) {
              const auto* const text = std::get_if<std::string>(&label.content);
              if (text == nullptr) return wrong(label, toml_text(name) + " must be a text in quotes");
              if (auto good = check_label_name(name); !good) return wrong_name(label, name, good.error());
              if (auto good = check_template(*text); !good) return wrong(label, toml_text(name) + ": " + good.error());
              set_label(made, name, *text);
            }
            hook = std::move(made);
            return {};
          },
          [](const Hook& hook) { return toml_texts(hook.labels); },
          [](Hook& to, const Hook& from) { to.labels = from.labels; }};
}

}  // namespace

NamedSections webhook_sections() {
  return named(
      kind, "hook", check_hook_name, {}, &Settings::webhooks,
      {preset(), text(kind, "secret_file", check_path, &Hook::secret_file),
       text(kind, "signature", check_signature, &Hook::signature), text(kind, "each", check_each, &Hook::each), when(),
       text(kind, "metric", check_template, &Hook::metric), text(kind, "value", check_template, &Hook::value),
       text(kind, "time", check_template, &Hook::time), text(kind, "id", check_template, &Hook::id),
       list(kind, "labels_from", "pointers to objects", make_json_reference, same_text, &Hook::labels_from), labels()});
}

}  // namespace oneshot::settings
