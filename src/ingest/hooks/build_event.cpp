// SPDX-License-Identifier: MIT
#include "ingest/hooks/build_event.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include "event/parameter.hpp"

namespace oneshot::ingest {
namespace {

using Taken = event::EventBuilder::Taken;

/// A payload's member that is called `time` or so is mostly another one in each event, and no label elsewhere either.
bool is_wanted(const event::EventBuilder& builder, const MappedEvent& parts, std::size_t label) noexcept {
  return label < parts.named_labels || builder.meaning_of(parts.labels[label].first) == event::Parameter::label;
}

Taken feed(event::EventBuilder& builder, const MappedEvent& parts) {
  for (std::size_t i = 0; i < parts.labels.size(); ++i) {
    if (!is_wanted(builder, parts, i)) continue;
    if (Taken taken = builder.label(parts.labels[i].first, parts.labels[i].second); !taken) return taken;
  }
  if (!parts.value.empty())
    if (Taken taken = builder.value(parts.value); !taken) return taken;
  if (!parts.time.empty())
    if (Taken taken = builder.time(parts.time); !taken) return taken;
  return {};
}

event::IdempotencyKey key_of(EventKeys& keys, std::string_view scope, const MappedEvent& parts) {
  switch (parts.id_from) {
    case MappedEvent::IdFrom::cloud_event:
      return keys.of(EventKeys::cloud_event, parts.id);
    case MappedEvent::IdFrom::cloud_event_element:
      return keys.of(EventKeys::cloud_event_element, parts.id);
    case MappedEvent::IdFrom::header:
      return keys.of(std::string(scope) + " header", parts.id);
    case MappedEvent::IdFrom::hook:
      break;
  }
  return keys.of(scope, parts.id);
}

Result<event::Event, event::Rejection> build(event::EventBuilder& builder, EventKeys& keys, std::string_view scope,
                                             const MappedEvent& parts, const MetricNamed& metric_named) {
  builder.begin(event::LabelNames::replace);
  if (Taken taken = feed_event(builder, keys, scope, parts, metric_named); !taken)
    return Unexpected{std::move(taken.error())};
  return builder.finish();
}

}  // namespace

Taken feed_event(event::EventBuilder& builder, EventKeys& keys, std::string_view scope, const MappedEvent& parts,
                 const MetricNamed& metric_named) {
  const auto metric = metric_named(parts.metric);
  if (!metric) return Unexpected{metric.error()};
  if (Taken taken = feed(builder, parts); !taken) return taken;
  if (!metric->empty())
    if (Taken taken = builder.metric(*metric); !taken) return taken;
  if (parts.id.empty()) return {};
  return builder.key(key_of(keys, scope, parts));
}

Result<event::Event, event::Rejection> build_event(event::EventBuilder& builder, EventKeys& keys,
                                                   std::string_view scope, const Mapped& element,
                                                   const MetricNamed& metric_named) {
  auto event = build(builder, keys, scope, element.event, metric_named);
  if (!event) return Unexpected{in_event(element.number, std::move(event.error()))};
  return event;
}

}  // namespace oneshot::ingest
