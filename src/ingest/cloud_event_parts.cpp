// SPDX-License-Identifier: MIT
#include "ingest/cloud_event_parts.hpp"

#include <utility>

#include "base/text.hpp"
#include "event/rejection.hpp"
#include "ingest/rejections.hpp"
#include "json/doubled_key.hpp"

namespace oneshot::ingest {

using json::Kind;

std::string_view* CloudEventParts::attribute(std::string_view name) noexcept {
  if (equals_ignoring_case(name, "specversion")) return &specversion;
  if (equals_ignoring_case(name, "id")) return &id;
  if (equals_ignoring_case(name, "source")) return &source;
  if (equals_ignoring_case(name, "type")) return &type;
  if (equals_ignoring_case(name, "subject")) return &subject;
  if (equals_ignoring_case(name, "time")) return &time;
  return nullptr;
}

Result<void, event::Rejection> CloudEventParts::check() const {
  if (specversion.empty()) return Unexpected{attribute_missing("specversion")};
  if (specversion != "1.0") return Unexpected{unknown_specversion(specversion)};
  if (id.empty()) return Unexpected{attribute_missing("id")};
  if (source.empty()) return Unexpected{attribute_missing("source")};
  if (time.data() != nullptr && time.empty()) return Unexpected{event::bad_time(time)};
  // It would make one key of two events: an URI has none.
  if (source.find('\0') != std::string_view::npos) return Unexpected{nul_in_source()};
  if (type.empty()) return Unexpected{attribute_missing("type")};
  return {};
}

void CloudEventParts::append_id(std::string& out) const { out.append(source).append(1, '\0').append(id); }

Result<CloudEventParts, event::Rejection> read_cloud_event(const json::Value& value, std::string_view what) {
  if (value.kind() != Kind::object) return Unexpected{no_object(what, value.kind())};
  if (const auto twice = json::doubled_key(value)) return Unexpected{event::given_twice(printable(*twice))};
  CloudEventParts parts;
  for (const json::Member& member : value.members()) {
    if (equals(member.name, "data")) parts.data = member.value;
    if (to_lower(member.name) != member.name) continue;  // names of attributes are lower-case
    std::string_view* const attribute = parts.attribute(member.name);
    if (attribute == nullptr || member.value.kind() == Kind::null) continue;
    const std::optional<std::string_view> text = member.value.text();
    if (!text) return Unexpected{attribute_is_no_text(member.name, member.value.kind())};
    *attribute = *text;
  }
  if (auto good = parts.check(); !good) return Unexpected{std::move(good.error())};
  return parts;
}

}  // namespace oneshot::ingest
