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
};
inline constexpr int reason_count = 9;
[[nodiscard]] std::string_view reason_name(Reason reason) noexcept;

struct Rejection {
  Reason reason;
  std::string message;  ///< one line without newline: `label name "a-b" may hold only letters, digits and _ ...`
};

}  // namespace oneshot::event
