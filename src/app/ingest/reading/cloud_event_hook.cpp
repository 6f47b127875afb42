// SPDX-License-Identifier: MIT
#include "app/ingest/reading/cloud_event_hook.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "app/ingest/reading/metric_of_path.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "ingest/hooks/build_event.hpp"
#include "ingest/hooks/cloud_event_mapping.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using event::Rejection;
using Taken = CloudEventHook::Taken;

const ingest::Hook* find(const Context& context) noexcept {
  const ingest::Hooks& hooks = context.options->hooks;
  if (hooks.empty()) return nullptr;
  const auto found = hooks.find(ingest::cloud_event_hook);
  return found == hooks.end() ? nullptr : found->second.get();
}

Rejection too_many_elements() {
  return {Reason::too_large, "each brings more than " + std::to_string(ingest::Batch::max_events) +
                                 " events to one request: send several requests"};
}

}  // namespace

bool has_cloud_event_hook(const Context& context) noexcept { return find(context) != nullptr; }

CloudEventHook::CloudEventHook(Context& context, const ForAll& all)
    : context_(context), all_(all), hook_(find(context)) {}

Taken CloudEventHook::add(const json::Value& event, std::string_view what, std::size_t number, std::size_t& seen) {
  const auto parts = ingest::read_cloud_event(event, what);
  if (!parts) return Unexpected{parts.error()};
  const auto mapped = ingest::map_cloud_event(*hook_, *parts, event, all_.headers);
  if (!mapped) return Unexpected{in_hook(mapped.error())};
  seen += std::max<std::size_t>(mapped->size(), 1) - 1;
  if (seen > ingest::Batch::max_events) return Unexpected{in_hook(too_many_elements())};
  const std::size_t before = context_.batch.events().size();
  const std::size_t ignored_before = ignored_;
  for (const ingest::Mapped& one : *mapped) {
    Taken taken = add_mapped(one, number);
    if (taken) continue;
    while (context_.batch.events().size() > before) context_.batch.erase(context_.batch.events().size() - 1);
    ignored_ = ignored_before;
    return taken;
  }
  return {};
}

Taken CloudEventHook::add_mapped(const ingest::Mapped& one, std::size_t number) {
  if (one.unmet != nullptr) {
    ++ignored_;
    return {};
  }
  Taken taken = feed(one);
  auto event = taken ? context_.event_builder.finish() : Unexpected{std::move(taken.error())};
  if (event) {
    context_.batch.add(*event, number);
    return {};
  }
  const bool is_element = !hook_->options().each.empty();
  return Unexpected{in_hook(is_element ? ingest::in_event(one.number, event.error()) : event.error())};
}

Taken CloudEventHook::feed(const ingest::Mapped& one) {
  context_.event_builder.begin(event::LabelNames::replace);
  if (all_.event_time.data() != nullptr)
    if (Taken taken = take_event_time(context_.event_builder, all_.event_time); !taken) return taken;
  if (!all_.query.empty())
    if (Taken taken = context_.form_parser.take(all_.query, {}); !taken) return taken;
  const std::string scope = "hook " + std::string(ingest::cloud_event_hook);
  return ingest::feed_event(context_.event_builder, context_.event_keys, scope, one.event,
                            [this](std::string_view name) { return metric_named(*context_.options, name); });
}

/// A metric that is not there is the mapping's fault: 404 would say that the path is.
Rejection CloudEventHook::in_hook(Rejection rejection) const {
  rejection.message.insert(0, "hook \"" + std::string(ingest::cloud_event_hook) + "\": ");
  if (rejection.reason == Reason::unknown_metric) rejection.reason = Reason::bad_body;
  return rejection;
}

}  // namespace oneshot::app
