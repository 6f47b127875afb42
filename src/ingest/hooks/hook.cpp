// SPDX-License-Identifier: MIT
#include "ingest/hooks/hook.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "event/label_name.hpp"
#include "event/sender_time.hpp"

namespace oneshot::ingest {
namespace {

/// Shows that something is missing; part of what max_label_value_bytes allows.
constexpr std::string_view ellipsis = "\u2026";

/// A value that is too long ends in the ellipsis, and never within a character.
void cut(std::string& value) {
  if (value.size() <= Hook::max_label_value_bytes) return;
  value.resize(cut_between_characters(value, Hook::max_label_value_bytes - ellipsis.size()).size());
  value += ellipsis;
}

std::string filled(const Template& text, const Payload& payload) {
  std::string out;
  text.append(out, payload);
  return out;
}

Result<void, HookError> parse_into(Template& target, std::string_view key, const std::string& text) {
  auto parsed = Template::parse(text);
  if (!parsed) return Unexpected{HookError{key, std::move(parsed.error())}};
  target = std::move(*parsed);
  return {};
}

/// A secret that nobody checks would only look like one, and a signature without secret could not be checked.
Result<void, HookError> check_secret(const HookOptions& options, const Signature& signature) {
  if (signature.required() && options.secret_file.empty())
    return Unexpected{
        HookError{"secret_file",
                  "is needed for signature = " + quoted(options.signature) +
                      ": name the file that holds the secret, or set signature = \"\" to take events from everybody"}};
  if (!signature.required() && !options.secret_file.empty())
    return Unexpected{
        HookError{"signature", "is needed beside secret_file: \"hmac-sha256:HEADER\" or \"token:HEADER\""}};
  return {};
}

/// Mostly a pointer whose braces were forgotten.
HookError without_hole(std::string_view key, const std::string& text, std::string_view why) {
  const std::string pointer = text.starts_with('/') ? text : '/' + text;
  return {key, quoted(text) + ' ' + std::string(why) + ": what the payload has is written in braces, as in " +
                   quoted('{' + pointer + '}')};
}

/// What is the same for every request must be good for every request.
Result<void, HookError> check_fixed(const HookOptions& options) {
  const auto is_fixed = [](const std::string& text) { return !text.empty() && Template::parse(text)->is_fixed(); };
  if (is_fixed(options.value) && !parse_number(options.value))
    return Unexpected{without_hole("value", options.value, "is not a number")};
  if (is_fixed(options.time) && !event::parse_time(options.time))
    return Unexpected{without_hole("time", options.time, "is neither RFC 3339 nor seconds since 1970")};
  if (is_fixed(options.id))
    return Unexpected{without_hole("id", options.id, "would make every event a repeat of the first one")};
  return {};
}

/// As the builder will call the label.
std::string replaced(std::string_view name) {
  std::string out;
  if (!name.empty()) event::append_label_name(out, name);
  return out;
}

bool has_label(const MappedEvent& event, std::string_view name) {
  const std::string wanted = replaced(name);
  return std::ranges::any_of(event.labels, [&](const auto& label) { return replaced(label.first) == wanted; });
}

}  // namespace

Result<Hook, HookError> Hook::make(HookOptions options) {
  Hook made;
  auto signature = Signature::parse(options.signature);
  if (!signature) return Unexpected{HookError{"signature", std::move(signature.error())}};
  made.signature_ = std::move(*signature);
  if (auto good = check_secret(options, made.signature_); !good) return Unexpected{std::move(good.error())};
  if (auto good = check_pointer(options.each); !good) return Unexpected{HookError{"each", std::move(good.error())}};
  struct Text {
    Template& target;
    std::string_view key;
    const std::string& text;
  };
  for (const Text& one : {Text{made.metric_, "metric", options.metric}, Text{made.value_, "value", options.value},
                          Text{made.time_, "time", options.time}, Text{made.id_, "id", options.id}})
    if (auto good = parse_into(one.target, one.key, one.text); !good) return Unexpected{std::move(good.error())};
  if (auto good = check_fixed(options); !good) return Unexpected{std::move(good.error())};
  made.options_ = std::move(options);
  if (auto good = made.take_conditions(); !good) return Unexpected{std::move(good.error())};
  if (auto good = made.take_labels(); !good) return Unexpected{std::move(good.error())};
  return made;
}

Result<void, HookError> Hook::take_conditions() {
  for (const auto& [subject, allowed] : options_.when) {
    auto condition = Condition::make(subject, allowed);
    if (!condition) return Unexpected{HookError{"when", quoted(subject) + ": " + condition.error()}};
    conditions_.push_back(std::move(*condition));
  }
  return {};
}

Result<void, HookError> Hook::take_labels() {
  for (const std::string& pointer : options_.labels_from) {
    auto reference = parse_json_reference(pointer);
    if (!reference) return Unexpected{HookError{"labels_from", std::move(reference.error())}};
    labels_from_.push_back(std::move(*reference));
  }
  for (const auto& [name, text] : options_.labels) {
    auto parsed = Template::parse(text);
    if (!parsed) return Unexpected{HookError{"labels", name + ": " + parsed.error()}};
    labels_.emplace_back(name, std::move(*parsed));
  }
  if (labels_.empty() && labels_from_.empty())
    return Unexpected{HookError{"labels", "or labels_from is needed: an event has at least one label"}};
  return {};
}

Result<std::vector<json::Value>> Hook::elements(const json::Value& body) const {
  if (options_.each.empty()) return std::vector<json::Value>{body};
  const std::optional<json::Value> list = body.at_pointer(options_.each);
  if (!list) return Unexpected{"the body has no " + quoted(options_.each) + " (each)"};
  std::vector<json::Value> all;
  if (list->kind() == json::Kind::null) return all;
  if (list->kind() != json::Kind::list)
    return Unexpected{quoted(options_.each) + " (each) is " + std::string(json::words_for(list->kind())) +
                      ", not a list"};
  for (const json::Value element : list->elements()) all.push_back(element);
  return all;
}

const Condition* Hook::unmet(const Payload& payload) const {
  const auto found = std::ranges::find_if(conditions_, [&](const Condition& one) { return !one.holds(payload); });
  return found == conditions_.end() ? nullptr : &*found;
}

Result<MappedEvent> Hook::map(const Payload& payload) const {
  MappedEvent event{.metric = filled(metric_, payload),
                    .value = filled(value_, payload),
                    .time = filled(time_, payload),
                    .id = {},
                    .labels = {},
                    .named_labels = labels_.size()};
  // An id of which a part is missing would make different events repeats of each other.
  if (!id_.append(event.id, payload)) event.id.clear();
  for (const auto& [name, text] : labels_) {
    std::string value = filled(text, payload);
    cut(value);
    event.labels.emplace_back(name, std::move(value));
  }
  if (auto done = map_labels_from(event, payload); !done) return Unexpected{std::move(done.error())};
  return event;
}

/// A label that [labels] names, be it empty, is not taken from the payload; of two objects the first one wins.
Result<void> Hook::map_labels_from(MappedEvent& event, const Payload& payload) const {
  std::size_t found = 0;
  for (const Reference& reference : labels_from_) {
    const json::Value& root = reference.of == Reference::Of::body ? payload.body : payload.element;
    const std::optional<json::Value> object = root.at_pointer(reference.name);
    if (!object) continue;
    std::vector<std::pair<std::string, std::string>> taken;
    for (const json::Member member : object->members()) {
      std::string value;
      if (!member.value.append_scalar(value) || has_label(event, member.name)) continue;
      if (++found > max_labels_from)
        return Unexpected{"labels_from brings more than " + std::to_string(max_labels_from) +
                          " labels: name those that are wanted in [webhooks.NAME.labels]"};
      cut(value);
      taken.emplace_back(member.name, std::move(value));
    }
    std::ranges::move(taken, std::back_inserter(event.labels));
  }
  return {};
}

std::string words_for(const Hooks& hooks) {
  if (hooks.empty()) return "the settings have no [webhooks.NAME]";
  std::string text = "[webhooks] has:";
  for (std::string_view before = " "; const auto& [known, hook] : hooks) {
    text.append(before).append(known);
    before = ", ";
  }
  return text;
}

std::string no_such_hook(const Hooks& hooks, std::string_view name) {
  return "there is no hook \"" + printable(name) + "\"; " + words_for(hooks);
}

}  // namespace oneshot::ingest
