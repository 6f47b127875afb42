// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "crypto/sha256.hpp"
#include "event/event.hpp"

namespace oneshot::ingest {

/// Makes an idempotency key of what the sender calls an event. For one thread; allocates nothing.
class EventKeys {
 public:
  // The scopes, beside those of hooks.
  static constexpr std::string_view header{};                                    ///< Idempotency-Key of POST /event
  static constexpr std::string_view numbered_header = "events";                  ///< of POST /events: key, NUL, number
  static constexpr std::string_view json_id = "id";                              ///< of an envelope
  static constexpr std::string_view cloud_event = "cloudevent";                  ///< source, NUL, id
  static constexpr std::string_view cloud_event_element = "cloudevent element";  ///< the same, NUL, number

  /// Ids of different scopes are different, whatever they are: a scope has no NUL.
  [[nodiscard]] event::IdempotencyKey of(std::string_view scope, std::string_view id);
  /// The ids from now on are this client's, and no other one's; empty: everybody's. The name has no NUL, and lives as
  /// long.
  void use_client(std::string_view name) noexcept { client_ = name; }

 private:
  std::string_view client_;
  crypto::Sha256 hash_;
};

}  // namespace oneshot::ingest
