// SPDX-License-Identifier: MIT
#include "ingest/json_event.hpp"

#include <optional>
#include <string>

#include "base/text.hpp"
#include "event/parameter.hpp"
#include "event/rejection.hpp"
#include "ingest/rejections.hpp"

namespace oneshot::ingest {
namespace {

using event::Parameter;
using json::Kind;

// What an object has once beside its labels. The builder finds a label that came twice, and a part that was given
// twice, but null gives nothing.
constexpr unsigned value_part = 1;
constexpr unsigned time_part = 2;
constexpr unsigned id_part = 4;
constexpr unsigned labels_part = 8;

bool is_scalar(Kind kind) noexcept { return kind == Kind::text || kind == Kind::number || kind == Kind::truth; }

/// Has an object called `labels`, or null, which is what some libraries write for an object without members. An object
/// in any other place is refused, so that few look twice.
bool is_envelope(const json::Value& object) noexcept {
  for (const json::Member& member : object.members()) {
    const Kind kind = member.value.kind();
    if ((kind == Kind::object || kind == Kind::null) && equals(member.name, "labels")) return true;
  }
  return false;
}

}  // namespace

event::EventBuilder::Taken JsonEvent::take(const json::Value& value, std::string_view what) {
  texts_.clear();
  id_ = {};
  seen_ = 0;
  if (value.kind() != Kind::object) return Unexpected{no_object(what, value.kind())};
  if (is_envelope(value)) return take_envelope(value);
  for (const json::Member& member : value.members())
    if (Taken taken = take_flat(member); !taken) return taken;
  return {};
}

event::EventBuilder::Taken JsonEvent::take_flat(const json::Member& member) {
  switch (builder_.meaning_of(member.name)) {
    case Parameter::label:
      return take_label(member);
    case Parameter::value:
      return take_value(member.value);
    case Parameter::time:
      return take_time(member.value);
    default:
      return builder_.parameter(member.name, {});  // has the words
  }
}

event::EventBuilder::Taken JsonEvent::take_envelope(const json::Value& object) {
  for (const json::Member& member : object.members())
    if (Taken taken = take_beside_labels(member); !taken) return taken;
  return {};
}

event::EventBuilder::Taken JsonEvent::take_beside_labels(const json::Member& member) {
  if (equals(member.name, "value")) return take_value(member.value);
  if (equals(member.name, "time")) return take_time(member.value);
  if (equals(member.name, "id")) return take_id(member.value);
  if (!equals(member.name, "labels")) return Unexpected{beside_labels(member.name)};
  if ((seen_ & labels_part) != 0) return Unexpected{event::given_twice("labels")};
  seen_ |= labels_part;
  if (const Kind kind = member.value.kind(); kind != Kind::object && kind != Kind::null)
    return Unexpected{event::given_twice("labels")};
  for (const json::Member& label : member.value.members())
    if (Taken taken = take_label(label); !taken) return taken;
  return {};
}

event::EventBuilder::Taken JsonEvent::take_label(const json::Member& member) {
  if (const std::optional<std::string_view> text = member.value.text()) return builder_.label(member.name, *text);
  const Kind kind = member.value.kind();
  if (kind == Kind::null) return builder_.label(member.name, {});
  if (!is_scalar(kind)) return Unexpected{no_scalar(member.name, kind)};
  std::string& text = texts_.next();
  member.value.append_scalar(text);
  return builder_.label(member.name, text);
}

bool JsonEvent::once(unsigned part, std::string_view name, const json::Value& value, Taken& taken) {
  if ((seen_ & part) != 0) {
    taken = Unexpected{event::given_twice(name)};
    return false;
  }
  seen_ |= part;
  const Kind kind = value.kind();
  if (kind == Kind::object || kind == Kind::list || kind == Kind::truth)
    taken = Unexpected{no_number_or_text(name, kind)};
  return kind == Kind::number || kind == Kind::text;
}

event::EventBuilder::Taken JsonEvent::take_value(const json::Value& value) {
  Taken taken;
  if (!once(value_part, "value", value, taken)) return taken;
  if (const std::optional<double> number = value.number()) return builder_.value(*number);
  return builder_.value(*value.text());
}

event::EventBuilder::Taken JsonEvent::take_time(const json::Value& value) {
  Taken taken;
  if (!once(time_part, "time", value, taken)) return taken;
  if (const std::optional<std::string_view> text = value.text()) return builder_.time(*text);
  std::string& text = texts_.next();
  value.append_scalar(text);
  return builder_.time(text);
}

event::EventBuilder::Taken JsonEvent::take_id(const json::Value& value) {
  Taken taken;
  if (!once(id_part, "id", value, taken)) return taken;
  std::string& text = texts_.next();
  value.append_scalar(text);
  if (text.empty()) return Unexpected{empty_id()};
  if (text.size() > max_id_bytes) return Unexpected{id_too_long(text.size(), max_id_bytes)};
  id_ = text;
  return {};
}

}  // namespace oneshot::ingest
