// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "crypto/sha256.hpp"
#include "event/event.hpp"

namespace oneshot::ingest {

/// Makes an idempotency key of what the sender calls an event. For one thread; allocates nothing.
class EventKeys {
 public:
  /// `scope` keeps the ids of one kind of sender apart from all others.
  [[nodiscard]] event::IdempotencyKey of(std::string_view scope, std::string_view id);

 private:
  crypto::Sha256 hash_;
};

}  // namespace oneshot::ingest
