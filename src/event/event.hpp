// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oneshot::event {

/// Tells a repeated POST from a new one: 128 bits of a hash that no client can steer.
struct IdempotencyKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const IdempotencyKey&, const IdempotencyKey&) = default;
};

/// One valid event, rendered once and for all. The views live in the EventBuilder that made the event, until
/// its next begin().
struct Event {
  /// The label set as it goes out between the braces: sorted by name, values escaped, each name once; empty
  /// for no labels: `service="checkout",type="deploy"`. Equal series have equal text.
  std::string_view labels;
  double value = 1;
  bool value_given = false;                    ///< the client sent `value`
  std::string_view metric{};                   ///< empty: the default metric
  std::optional<std::int64_t> sent_unix_ms{};  ///< the time that the client gave
  std::optional<IdempotencyKey> key{};
};

/// Why a client's event was not taken; `oneshot_events_rejected_total{reason}` has one series for each.
enum class Reason : std::uint8_t {
  bad_label_name,
  bad_value,
  bad_utf8,
  bad_encoding,
  duplicate_label,
  too_large,
  bad_content_type,
  log_full,
  unable_to_store,
  bad_parameter,    ///< of a form: without `=`, or a line that ends inside
  no_labels,        ///< an event that says nothing
  bad_body,         ///< not valid in the format that its Content-Type names
  bad_time,         ///< the sender's time
  over_limit,       ///< of the operator's limits for names, values and the number of labels
  unknown_metric,   ///< no [metrics.NAME] has this name
  bad_key,          ///< an idempotency key that cannot be one
  key_reused,       ///< an idempotency key that came with another event before
  key_in_flight,    ///< an idempotency key whose first event is still being made durable
  rate_limited,     ///< this client sends faster than it may
  too_many_series,  ///< more distinct series than may begin within an hour
  ahead_of_clock,   ///< with explicit timestamps: so many of its series that its time would be too far ahead
  over_share,       ///< the log is full, and most of it is this client's
  unauthorized,     ///< a webhook's signature, or the credentials, are missing or wrong
  forbidden,        ///< not by this client, or not at this address
  unavailable,      ///< the engine of the cluster cannot be reached: surely not stored
  unknown_outcome,  ///< the engine of the cluster did not answer in time: perhaps stored
};
inline constexpr int reason_count = 26;
[[nodiscard]] std::string_view reason_name(Reason reason) noexcept;

struct Rejection {
  Reason reason;
  std::string message;  ///< one line without newline: `label name "a-b" may hold only letters, digits and _ ...`
  unsigned retry_after_seconds = 0;  ///< when to try again, where that is known; 0: the reason says it
};

}  // namespace oneshot::event
