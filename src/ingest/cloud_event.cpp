// SPDX-License-Identifier: MIT
#include "ingest/cloud_event.hpp"

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "event/parameter.hpp"
#include "event/rejection.hpp"
#include "ingest/cloud_event_headers.hpp"
#include "ingest/rejections.hpp"
#include "json/doubled_key.hpp"

namespace oneshot::ingest {
namespace {

using event::Parameter;
using json::Kind;

constexpr std::string_view header_prefix = "ce-";

bool is_attribute_header(std::string_view name) noexcept {
  return name.size() > header_prefix.size() &&
         equals_ignoring_case(name.substr(0, header_prefix.size()), header_prefix);
}

/// Labels that an attribute makes.
bool is_taken(std::string_view name) noexcept {
  return equals(name, "type") || equals(name, "source") || equals(name, "subject");
}

}  // namespace

std::string_view* CloudEvent::Attributes::member_of(std::string_view name) noexcept {
  if (equals_ignoring_case(name, "specversion")) return &specversion;
  if (equals_ignoring_case(name, "id")) return &id;
  if (equals_ignoring_case(name, "source")) return &source;
  if (equals_ignoring_case(name, "type")) return &type;
  if (equals_ignoring_case(name, "subject")) return &subject;
  if (equals_ignoring_case(name, "time")) return &time;
  return nullptr;
}

event::EventBuilder::Taken CloudEvent::take(const json::Value& value, std::string_view what) {
  texts_.clear();
  if (value.kind() != Kind::object) return Unexpected{no_object(what, value.kind())};
  if (const auto twice = json::doubled_key(value)) return Unexpected{event::given_twice(printable(*twice))};
  Attributes attributes;
  std::optional<json::Value> data;
  for (const json::Member& member : value.members()) {
    if (equals(member.name, "data")) data = member.value;
    if (to_lower(member.name) != member.name) continue;  // names of attributes are lower-case
    std::string_view* const attribute = attributes.member_of(member.name);
    if (attribute == nullptr || member.value.kind() == Kind::null) continue;
    const std::optional<std::string_view> text = member.value.text();
    if (!text) return Unexpected{attribute_is_no_text(member.name, member.value.kind())};
    *attribute = *text;
  }
  if (Taken taken = take_attributes(attributes); !taken) return taken;
  return data ? take_data(*data) : Taken();
}

event::EventBuilder::Taken CloudEvent::take(std::span<const http::Header> headers,
                                            const std::optional<json::Value>& data) {
  texts_.clear();
  Attributes attributes;
  for (const http::Header& header : headers) {
    if (!is_attribute_header(header.name)) continue;
    const std::string_view name = header.name.substr(header_prefix.size());
    std::string_view* const attribute = attributes.member_of(name);
    if (attribute == nullptr) continue;
    if (attribute->data() != nullptr) return Unexpected{event::given_twice("header " + printable(header.name))};
    std::string& text = texts_.next();
    if (!append_header_value(text, header.value)) return Unexpected{attribute_not_utf8(name)};
    *attribute = text;
  }
  if (Taken taken = take_attributes(attributes); !taken) return taken;
  return data ? take_data(*data) : Taken();
}

event::EventBuilder::Taken CloudEvent::take_attributes(const Attributes& attributes) {
  if (attributes.specversion.empty()) return Unexpected{attribute_missing("specversion")};
  if (attributes.specversion != "1.0") return Unexpected{unknown_specversion(attributes.specversion)};
  if (attributes.id.empty()) return Unexpected{attribute_missing("id")};
  if (attributes.source.empty()) return Unexpected{attribute_missing("source")};
  if (attributes.type.empty()) return Unexpected{attribute_missing("type")};
  id_.assign(attributes.source).append(1, '\0').append(attributes.id);
  if (Taken taken = builder_.label("type", attributes.type); !taken) return taken;
  if (Taken taken = builder_.label("source", attributes.source); !taken) return taken;
  if (!attributes.subject.empty())
    if (Taken taken = builder_.label("subject", attributes.subject); !taken) return taken;
  return attributes.time.empty() ? Taken() : builder_.time(attributes.time);
}

event::EventBuilder::Taken CloudEvent::take_data(const json::Value& data) {
  if (data.kind() != Kind::object) return {};
  if (const auto twice = json::doubled_key(data)) return Unexpected{event::label_given_twice(*twice)};
  for (const json::Member& member : data.members())
    if (Taken taken = take_member(member); !taken) return taken;
  return {};
}

event::EventBuilder::Taken CloudEvent::take_member(const json::Member& member) {
  std::string& text = texts_.next();
  if (!member.value.append_scalar(text)) return {};
  const Parameter meaning = builder_.meaning_of(member.name);
  if (meaning == Parameter::value && parse_number(text)) return builder_.value(std::string_view(text));
  if (meaning != Parameter::label && meaning != Parameter::value) return {};
  if (member.name.empty()) return {};
  if (!is_taken(member.name)) return builder_.label(member.name, text);
  std::string& name = texts_.next();
  name.append("data_").append(member.name);
  return builder_.label(name, text);
}

}  // namespace oneshot::ingest
