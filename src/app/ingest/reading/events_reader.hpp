// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/context.hpp"
#include "app/ingest/reading/cloud_event_hook.hpp"
#include "event/event.hpp"
#include "event/event_builder.hpp"
#include "http/request.hpp"
#include "json/value.hpp"

namespace oneshot::app {

/// Events of a request that were refused, where the others are stored nevertheless.
struct RefusedEvents {
  static constexpr std::size_t shown = 20;
  struct Error {
    std::size_t number;  ///< as the client counts: lines, or elements of a list, from 1
    int status;          ///< that the event would have had alone
    std::string message;
  };
  std::size_t count = 0;
  std::vector<Error> errors;  ///< the first ones
  /// When all may come in that were refused because the client was too fast; 0: there are none.
  unsigned retry_after_seconds = 0;

  /// One more.
  void add(std::size_t number, event::Rejection rejection);
};
/// With what it is about in front: `line 3: …`.
[[nodiscard]] event::Rejection in_event(std::string_view noun, std::size_t number, event::Rejection rejection);

/// Reads the body of POST /events into Context::batch, event by event. Parameters of the query, the header Event-Time
/// and an idempotency key of the request are each event's.
class EventsReader {
 public:
  /// What the request says about all of its events.
  struct ForAll {
    std::string_view event_time;  ///< the header; data() is null where there is none
    std::string_view key;         ///< Idempotency-Key without its quotes; empty: none
    std::string_view query;       ///< without the parameters that are about the request
    std::span<const http::Header> headers;
    bool single = false;  ///< the one CloudEvent of POST /event, for the hook that maps CloudEvents
  };

  /// `noun` is what the client counts: "line", "event". `partial`: an event that is refused does not end the reading.
  EventsReader(Context& context, const ForAll& all, std::string_view noun, bool partial)
      : context_(context),
        event_time_(all.event_time),
        key_(all.key),
        query_(all.query),
        noun_(noun),
        partial_(partial),
        single_(all.single),
        hook_(context, {all.headers, all.event_time, all.query}),
        by_hook_(all.single) {}

  using Taken = event::EventBuilder::Taken;

  /// Lines of JSON. Empty ones are passed over, and counted.
  Taken take_lines(std::string_view body);
  /// A list of objects, or of CloudEvents.
  Taken take_list(std::string_view body, bool cloud_events);
  /// A single CloudEvent, in its JSON form.
  Taken take_single(const json::Value& event) { return hook_.add(event, "the body", 1, seen_); }

  [[nodiscard]] std::string_view noun() const noexcept { return noun_; }
  [[nodiscard]] bool partial() const noexcept { return partial_; }
  /// What the hook made that maps CloudEvents; null: the request has none for it.
  [[nodiscard]] const CloudEventHook* hook() const noexcept { return by_hook_ ? &hook_ : nullptr; }
  [[nodiscard]] bool single() const noexcept { return single_; }
  [[nodiscard]] const RefusedEvents& refused() const noexcept { return refused_; }
  /// One more, from the batch or before it.
  void refuse(std::size_t number, event::Rejection rejection);
  /// Why the event at this place of the batch is refused, whose key came with another event before.
  [[nodiscard]] event::Rejection key_reused_at(std::size_t at);
  /// With the event's number in front.
  [[nodiscard]] event::Rejection in_event(std::size_t number, event::Rejection rejection) const {
    return app::in_event(noun_, number, std::move(rejection));
  }

 private:
  Taken take_event(std::size_t number, const Result<json::Value>& value, bool cloud_event);
  Taken refuse_event(std::size_t number, event::Rejection rejection);
  Taken add(std::size_t number, const json::Value& value, bool cloud_event);
  Taken take_parts(const json::Value& value, bool cloud_event);
  Taken take_key(std::size_t number, bool cloud_event);
  /// That of an event without an id of its own.
  event::IdempotencyKey numbered_key(std::size_t number);

  Context& context_;
  std::string_view event_time_;
  std::string_view key_;
  std::string_view query_;
  std::string_view noun_;
  bool partial_;
  bool single_;
  CloudEventHook hook_;
  bool by_hook_;
  bool cloud_events_ = false;
  std::size_t seen_ = 0;
  std::string numbered_key_;
  RefusedEvents refused_;
};

}  // namespace oneshot::app
