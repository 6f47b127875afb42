// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "event/event_builder.hpp"
#include "http/request.hpp"
#include "ingest/cloud_event_parts.hpp"
#include "ingest/text_pool.hpp"
#include "json/value.hpp"

namespace oneshot::ingest {

/// Feeds an EventBuilder with a CloudEvent (CloudEvents 1.0.2, HTTP protocol binding and JSON format).
///
/// Labels are `type`, `source` and `subject`, and what a JSON object in `data` has of texts, numbers, true and false;
/// one of these that is called as one of the three gets `data_` before its name. `value` in `data` is the event's value
/// if it is a number, and what looks like a time there is left out, as are objects, lists, extension attributes and
/// `data_base64`. `time` is the sender's time. Source and id together are the idempotency key, as the specification has
/// it (section "id"). [webhooks.cloudevents] replaces all of that: see hooks/cloud_event_mapping.hpp.
///
/// One reader serves one thread, and allocates nothing in the steady state.
class CloudEvent {
 public:
  /// The builder must outlive the reader. Its begin() says LabelNames::replace: nobody chooses the names in `data`.
  explicit CloudEvent(event::EventBuilder& builder) : builder_(builder) {}

  // Between the builder's begin() and finish(), until which all that is given and the reader stay as they are.

  /// Structured mode, and an element of a batch. `what` names the value for messages: "the body".
  event::EventBuilder::Taken take(const json::Value& value, std::string_view what);
  /// Binary mode: the attributes are headers, and the body is `data`, where it is JSON.
  event::EventBuilder::Taken take(std::span<const http::Header> headers, const std::optional<json::Value>& data);

  /// Of what was taken: source, NUL, id.
  [[nodiscard]] std::string_view id() const noexcept { return id_; }

 private:
  using Taken = event::EventBuilder::Taken;

  Taken take_parts(const CloudEventParts& parts);
  Taken take_data(const json::Value& data);
  Taken take_member(const json::Member& member);

  event::EventBuilder& builder_;
  TextPool texts_;
  std::string id_;
};

}  // namespace oneshot::ingest
