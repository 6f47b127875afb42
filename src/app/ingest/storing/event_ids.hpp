// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "app/context.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"
#include "json/writer.hpp"
#include "queue/event_id.hpp"

namespace oneshot::app {

/// The header Event-Id; nothing where there is none.
inline void put_id(http::Reply& reply, const queue::EventId& id) noexcept {
  static_assert(queue::EventId::digits == decltype(reply.event_id)().size());
  if (!id.is_none()) id.write(reply.event_id.data());
}

/// How long an answer with so many ids is, about.
[[nodiscard]] constexpr std::size_t size_with_ids(std::size_t ids) noexcept {
  return 128 + ids * (queue::EventId::digits + 3);
}
/// Member `"ids":["…",null]`: one for each event that is there, in their order; null where nobody knows it any more.
void write_ids(json::Writer& out, std::span<const queue::EventId> ids);

/// With [history] senders = true: who sends this request.
[[nodiscard]] std::optional<queue::Sender> sender_of(const Context& context, const http::Request& request);
/// Keeps that this one, if it is one, sent these events.
void note_sender(Context& context, const std::optional<queue::Sender>& sender, std::span<const queue::EventId> ids);
/// Where that is known while the request is there.
void note_sender(Context& context, const http::Request& request, std::span<const queue::EventId> ids);

}  // namespace oneshot::app
