// SPDX-License-Identifier: MIT
#include "ingest/hooks/dry_run.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "ingest/event_key.hpp"
#include "ingest/hooks/cloud_event_mapping.hpp"
#include "ingest/hooks/mapping.hpp"

namespace oneshot::ingest {
namespace {

std::string verdict(const Signature& signature, Signature::Verdict verdict) {
  if (!signature.required()) return "none is asked for";
  const std::string& text = signature.header();
  switch (verdict) {
    case Signature::Verdict::right:
      return text + " is right";
    case Signature::Verdict::missing:
      return text + " is missing: a real request is answered 401";
    case Signature::Verdict::wrong:
      break;
  }
  return text + " is wrong: a real request is answered 401";
}

void append_event(std::string& out, const Mapped& one, const event::Event& event, std::string_view default_metric) {
  out += "# event " + std::to_string(one.number);
  if (one.event.id_from == MappedEvent::IdFrom::header)
    out += ", Idempotency-Key \"" + printable(one.event.id.substr(0, one.event.id.find('\0')), 256) + '"';
  else if (!one.event.id.empty())
    out += ", id \"" + printable(one.event.id, 256) + '"';
  if (!one.event.time.empty()) out += ", time " + printable(one.event.time);
  out += '\n';
  out += event.metric.empty() ? default_metric : event.metric;
  out += '{';
  out += event.labels;
  out += "} ";
  append_number(out, event.value);
  out += '\n';
}

Result<std::vector<Mapped>, event::Rejection> map(const NamedHook& hook, const json::Value& body,
                                                  std::span<const http::Header> headers) {
  if (hook.name != cloud_event_hook) {
    auto mapped = map_request(hook.hook, body, headers);
    if (!mapped) return mapped;
    if (auto good = take_ids_of_header(*mapped, headers); !good) return Unexpected{std::move(good.error())};
    return mapped;
  }
  const auto parts = read_cloud_event(body, "the payload");
  if (!parts) return Unexpected{parts.error()};
  return map_cloud_event(hook.hook, *parts, body, headers);
}

}  // namespace

Result<std::string, event::Rejection> dry_run(const NamedHook& hook, event::EventBuilder& builder,
                                              const json::Value& body, std::string_view raw_body,
                                              std::span<const http::Header> headers) {
  auto mapped = map(hook, body, headers);
  if (!mapped) return Unexpected{std::move(mapped.error())};
  const auto ignored =
      static_cast<std::size_t>(std::ranges::count_if(*mapped, [](const Mapped& one) { return one.unmet != nullptr; }));
  std::string out = "# hook \"" + std::string(hook.name) + "\": " + std::to_string(mapped->size() - ignored) +
                    " to store, " + std::to_string(ignored) + " ignored; nothing was stored (dry run)\n# signature: " +
                    verdict(hook.hook.signature(), hook.hook.check(headers, raw_body)) + '\n';
  EventKeys keys;
  for (const Mapped& one : *mapped) {
    if (one.unmet != nullptr) {
      out += "# event " + std::to_string(one.number) + " is ignored: " + one.unmet->explain(one.payload) + '\n';
      continue;
    }
    const auto event = build_event(builder, keys, hook.name, one, hook.metric_named);
    if (!event) return Unexpected{event.error()};
    append_event(out, one, *event, hook.default_metric);
  }
  return out;
}

}  // namespace oneshot::ingest
