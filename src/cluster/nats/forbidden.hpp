// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oneshot::cluster {

/// What the engine does not let this replica do.
struct Forbidden {
  bool publishes = false;  ///< else it would read
  std::string subject;
};

/// Out of an error of the engine: `Permissions Violation for Publish to "S"`, `... for Subscription to "S"`
/// (nats-server, server/client.go). Nothing where it is about something else.
[[nodiscard]] std::optional<Forbidden> forbidden_in(std::string_view error);

/// For people: what is missing, and where it says what is needed.
[[nodiscard]] std::string in_words(const Forbidden& forbidden);

}  // namespace oneshot::cluster
