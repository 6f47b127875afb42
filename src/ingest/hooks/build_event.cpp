// SPDX-License-Identifier: MIT
#include "ingest/hooks/build_event.hpp"

#include <utility>

namespace oneshot::ingest {
namespace {

event::EventBuilder::Taken feed(event::EventBuilder& builder, const MappedEvent& parts) {
  for (const auto& [name, value] : parts.labels)
    if (auto taken = builder.label(name, value); !taken) return taken;
  if (!parts.value.empty())
    if (auto taken = builder.value(parts.value); !taken) return taken;
  if (!parts.time.empty())
    if (auto taken = builder.time(parts.time); !taken) return taken;
  if (!parts.metric.empty()) return builder.metric(parts.metric);
  return {};
}

}  // namespace

Result<event::Event, event::Rejection> build_event(event::EventBuilder& builder, EventKeys& keys,
                                                   std::string_view scope, const MappedEvent& parts) {
  builder.begin(event::LabelNames::replace);
  if (auto taken = feed(builder, parts); !taken) return Unexpected{std::move(taken.error())};
  if (!parts.id.empty())
    if (auto taken = builder.key(keys.of(scope, parts.id)); !taken) return Unexpected{std::move(taken.error())};
  return builder.finish();
}

}  // namespace oneshot::ingest
