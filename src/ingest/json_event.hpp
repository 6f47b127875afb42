// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "event/event_builder.hpp"
#include "ingest/text_pool.hpp"
#include "json/value.hpp"

namespace oneshot::ingest {

/// Feeds an EventBuilder with the members of a JSON object.
///
/// Flat: every member is a parameter, as one of a form is: `value` is the event's value, `time` the sender's time, and
/// the rest are labels. An envelope, if `labels` is an object or null: its members are labels whatever their names,
/// and beside it only `value`, `time` and `id` may stand. `id` is the event's idempotency key.
///
/// A label's value is a text; a number, which keeps all digits if it is whole (from -2^63 to 2^64-1), else its shortest
/// form; `true` or `false`. null and "" are no label, but may not come twice either.
///
/// One reader serves one thread, and allocates nothing in the steady state.
class JsonEvent {
 public:
  static constexpr std::size_t max_id_bytes = 255;

  /// The builder must outlive the reader.
  explicit JsonEvent(event::EventBuilder& builder) : builder_(builder) {}

  /// Between the builder's begin() and finish(), until which value and reader stay as they are. `what` names the value
  /// for messages: "the body".
  event::EventBuilder::Taken take(const json::Value& value, std::string_view what);
  /// The envelope's; empty for none.
  [[nodiscard]] std::string_view id() const noexcept { return id_; }

 private:
  using Taken = event::EventBuilder::Taken;

  Taken take_flat(const json::Member& member);
  Taken take_envelope(const json::Value& object);
  Taken take_beside_labels(const json::Member& member);
  Taken take_label(const json::Member& member);
  Taken take_value(const json::Value& value);
  Taken take_time(const json::Value& value);
  Taken take_id(const json::Value& value);
  /// False: the part is null, and so absent.
  [[nodiscard]] bool once(unsigned part, std::string_view name, const json::Value& value, Taken& taken);

  event::EventBuilder& builder_;
  TextPool texts_;
  std::string_view id_;
  unsigned seen_ = 0;  // a bit for each part that may come once
};

}  // namespace oneshot::ingest
