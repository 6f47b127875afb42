// SPDX-License-Identifier: MIT
#include "ingest/hooks/cloud_event_mapping.hpp"

#include "base/text.hpp"

namespace oneshot::ingest {
namespace {

void add_what_is_left(MappedEvent& event, const CloudEventParts& parts) {
  if (event.time.empty()) event.time = parts.time;
  if (!event.id.empty()) return;
  parts.append_id(event.id);
  event.id_from = MappedEvent::IdFrom::cloud_event;
}

}  // namespace

Result<std::vector<Mapped>, event::Rejection> map_cloud_event(const Hook& hook, const CloudEventParts& parts,
                                                              const json::Value& event,
                                                              std::span<const http::Header> headers) {
  auto all = map_request(hook, event, headers);
  if (!all) return all;
  for (Mapped& one : *all) {
    add_what_is_left(one.event, parts);
    if (one.event.id_from != MappedEvent::IdFrom::cloud_event || hook.options().each.empty()) continue;
    one.event.id_from = MappedEvent::IdFrom::cloud_event_element;
    one.event.id += '\0';
    append_unsigned(one.event.id, one.number);
  }
  return all;
}

}  // namespace oneshot::ingest
