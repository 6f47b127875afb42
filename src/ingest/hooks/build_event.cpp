// SPDX-License-Identifier: MIT
#include "ingest/hooks/build_event.hpp"

#include <utility>

namespace oneshot::ingest {
namespace {

using Taken = event::EventBuilder::Taken;

Taken feed(event::EventBuilder& builder, const MappedEvent& parts) {
  for (const auto& [name, value] : parts.labels)
    if (Taken taken = builder.label(name, value); !taken) return taken;
  if (!parts.value.empty())
    if (Taken taken = builder.value(parts.value); !taken) return taken;
  if (!parts.time.empty())
    if (Taken taken = builder.time(parts.time); !taken) return taken;
  return {};
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
  return builder.key(keys.of(parts.id_is_senders ? std::string_view() : scope, parts.id));
}

Result<event::Event, event::Rejection> build_event(event::EventBuilder& builder, EventKeys& keys,
                                                   std::string_view scope, const Mapped& element,
                                                   const MetricNamed& metric_named) {
  auto event = build(builder, keys, scope, element.event, metric_named);
  if (!event) return Unexpected{in_event(element.number, std::move(event.error()))};
  return event;
}

}  // namespace oneshot::ingest
