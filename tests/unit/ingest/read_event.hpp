// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "event/event_builder.hpp"

namespace oneshot::ingest::test {

/// What a reader of one kind of body has made of it.
struct Read {
  std::string labels;
  double value = 0;
  bool value_given = false;
  std::int64_t time = -1;  ///< -1: none
  std::string id;
  std::string refused;  ///< the message; empty: taken
  event::Reason reason{};
};

/// The end of it: `taken` is what the reader said, `id` what it calls the event.
inline Read finish(event::EventBuilder& builder, const event::EventBuilder::Taken& taken, std::string_view id) {
  auto event = taken ? builder.finish() : Result<event::Event, event::Rejection>(Unexpected{taken.error()});
  Read read;
  if (!event) {
    read.refused = event.error().message;
    read.reason = event.error().reason;
    return read;
  }
  read.labels = event->labels;
  read.value = event->value;
  read.value_given = event->value_given;
  read.time = event->sent_unix_ms.value_or(-1);
  read.id = id;
  return read;
}

}  // namespace oneshot::ingest::test
