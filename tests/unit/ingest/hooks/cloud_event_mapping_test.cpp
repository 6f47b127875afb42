// SPDX-License-Identifier: MIT
#include "ingest/hooks/cloud_event_mapping.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "ingest/hooks/dry_run.hpp"
#include "unit/ingest/hooks/payload_rig.hpp"

namespace oneshot::ingest {
namespace {

using namespace std::string_view_literals;
using test::Request;

constexpr std::string_view order =
    R"({"specversion":"1.0","id":"7","source":"/shop","type":"order","time":"2026-11-26T09:30:00Z","region":"eu",)"
    R"("data":{"at":"1795685400","sum":2.5,"ref":"r1","items":[{"sku":"a"},{"sku":"b","hide":"yes"},{"sku":"c"}]}})";

Hook hook(HookOptions options) {
  if (options.labels.empty()) options.labels = {{"type", "{/type|lower}"}};
  auto made = Hook::make(std::move(options));
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().what));
  return std::move(*made);
}

std::vector<Mapped> map(const Hook& hook, const Request& request) {
  const auto parts = read_cloud_event(request.body(), "it");
  REQUIRE_MESSAGE(parts.has_value(), (parts ? "" : parts.error().message));
  auto mapped = map_cloud_event(hook, *parts, request.body(), request.headers());
  REQUIRE_MESSAGE(mapped.has_value(), (mapped ? "" : mapped.error().message));
  return std::move(*mapped);
}

MappedEvent map_one(HookOptions options, std::string_view event = order) {
  const Request request(event);
  const Hook made = hook(std::move(options));
  std::vector<Mapped> all = map(made, request);
  REQUIRE(all.size() == 1);
  return all[0].event;
}

TEST_CASE("attributes, extensions and data are pointers") {
  const MappedEvent event =
      map_one({.value = "{/data/sum}", .labels = {{"what", "{/source}:{/type}"}, {"region", "{/region}"}}});
  CHECK(event.value == "2.5");
  CHECK(event.labels == decltype(event.labels){{"what", "/shop:order"}, {"region", "eu"}});
}

TEST_CASE("without a time in the hook the event's counts, without an id source and id") {
  const MappedEvent left = map_one({});
  CHECK(left.time == "2026-11-26T09:30:00Z");
  CHECK(left.id == "/shop\0007"sv);
  CHECK(left.id_from == MappedEvent::IdFrom::cloud_event);
  const MappedEvent given = map_one({.time = "{/data/at}", .id = "{/data/ref}"});
  CHECK(given.time == "1795685400");
  CHECK(given.id == "r1");
  CHECK(given.id_from == MappedEvent::IdFrom::hook);
  const MappedEvent empty = map_one({.time = "{/data/none}", .id = "{/data/none}"});
  CHECK(empty.time == left.time);
  CHECK(empty.id == left.id);
  CHECK(map_one({}, R"({"specversion":"1.0","id":"1","source":"s","type":"t"})").time.empty());
}

TEST_CASE("each element of each is an event with an id of its own") {
  const Request request(order);
  const Hook made =
      hook({.each = "/data/items", .when = {{"/hide", {""}}}, .labels = {{"sku", "{/sku}"}, {"type", "{body:/type}"}}});
  const std::vector<Mapped> all = map(made, request);
  REQUIRE(all.size() == 3);
  CHECK(all[0].event.id == "/shop\0007\0001"sv);
  CHECK(all[2].event.id == "/shop\0007\0003"sv);
  CHECK(all[2].event.labels[1].second == "order");
  CHECK(all[1].unmet != nullptr);
}

TEST_CASE("an id that is the sender's has the key of the built-in mapping, that of a hook one of its own") {
  event::EventBuilder builder(16384);
  EventKeys keys;
  const auto key_of = [&](HookOptions options) {
    const MappedEvent event = map_one(std::move(options));
    builder.begin(event::LabelNames::replace);
    const auto no_metric = [](std::string_view) -> Result<std::string_view, event::Rejection> {
      return std::string_view();
    };
    REQUIRE(feed_event(builder, keys, "hook cloudevents", event, no_metric).has_value());
    return builder.finish()->key.value();
  };
  CHECK(key_of({}) == keys.of(EventKeys::cloud_event, "/shop\0007"sv));
  CHECK(key_of({.id = "{/data/ref}"}) == keys.of("hook cloudevents", "r1"));
}

TEST_CASE("a dry run takes a CloudEvent, and shows which id and time count") {
  const Hook made = hook({.when = {{"/type", {"order"}}}});
  event::EventBuilder builder(16384);
  const NamedHook named{cloud_event_hook, made, "events_to_metrics",
                        [](std::string_view name) -> Result<std::string_view, event::Rejection> { return name; }};
  const Request request(order);
  const auto shown = dry_run(named, builder, request.body(), order, {});
  REQUIRE(shown.has_value());
  CHECK(*shown ==
        "# hook \"cloudevents\": 1 to store, 0 ignored; nothing was stored (dry run)\n# signature: none is asked for\n"
        "# event 1, id \"/shop\\x007\", time 2026-11-26T09:30:00Z\nevents_to_metrics{type=\"order\"} 1\n");
  const Request none(R"({"type":"order"})");
  CHECK(dry_run(named, builder, none.body(), "", {})
            .error()
            .message.starts_with("the CloudEvent has no \"specversion\""));
}

}  // namespace
}  // namespace oneshot::ingest
