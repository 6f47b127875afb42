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

/// Labels that an attribute makes.
bool is_taken(std::string_view name) noexcept {
  return equals(name, "type") || equals(name, "source") || equals(name, "subject");
}

}  // namespace

event::EventBuilder::Taken CloudEvent::take(const json::Value& value, std::string_view what) {
  texts_.clear();
  const auto parts = read_cloud_event(value, what);
  if (!parts) return Unexpected{parts.error()};
  return take_parts(*parts);
}

event::EventBuilder::Taken CloudEvent::take(std::span<const http::Header> headers,
                                            const std::optional<json::Value>& data) {
  texts_.clear();
  CloudEventParts parts;
  for (const http::Header& header : headers) {
    const std::string_view name = attribute_of_header(header.name);
    std::string_view* const attribute = parts.attribute(name);
    if (attribute == nullptr) continue;
    if (attribute->data() != nullptr) return Unexpected{event::given_twice("header " + printable(header.name))};
    std::string& text = texts_.next();
    if (!append_header_value(text, header.value)) return Unexpected{attribute_not_utf8(name)};
    *attribute = text;
  }
  if (auto good = parts.check(); !good) return good;
  parts.data = data;
  return take_parts(parts);
}

event::EventBuilder::Taken CloudEvent::take_parts(const CloudEventParts& parts) {
  id_.clear();
  parts.append_id(id_);
  if (Taken taken = builder_.label("type", parts.type); !taken) return taken;
  if (Taken taken = builder_.label("source", parts.source); !taken) return taken;
  if (!parts.subject.empty())
    if (Taken taken = builder_.label("subject", parts.subject); !taken) return taken;
  if (!parts.time.empty())
    if (Taken taken = builder_.time(parts.time); !taken) return taken;
  return parts.data ? take_data(*parts.data) : Taken();
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
