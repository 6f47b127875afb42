// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "event/event.hpp"
#include "http/request.hpp"
#include "ingest/hooks/hook.hpp"
#include "ingest/hooks/mapped_event.hpp"
#include "ingest/hooks/payload.hpp"
#include "json/value.hpp"

namespace oneshot::ingest {

/// What a hook makes of one element of a request's list, or of the body.
struct Mapped {
  std::size_t number;  ///< of the element, from 1
  Payload payload;
  const Condition* unmet = nullptr;  ///< ignored because of this line of `when`; null: an event
  MappedEvent event = {};
};

/// The same refusal, with the place of the element in front: "event 2: ...".
[[nodiscard]] event::Rejection in_event(std::size_t number, event::Rejection rejection);

/// Elements of one request.
inline constexpr std::size_t max_elements = 10'000;

/// In the order of the list. All of it or nothing: the first element that is neither an event nor ignored refuses the
/// request, and so does an object anywhere in the body that has two members of one name. The payloads live as long as
/// `body` and `headers`.
[[nodiscard]] Result<std::vector<Mapped>, event::Rejection> map_request(const Hook& hook, const json::Value& body,
                                                                        std::span<const http::Header> headers);

/// The header Idempotency-Key, together with the number of the element, is the id of an event for which the hook makes
/// none. Refused is a header that is none, if there is such an event.
[[nodiscard]] Result<void, event::Rejection> take_ids_of_header(std::vector<Mapped>& all,
                                                                std::span<const http::Header> headers);

}  // namespace oneshot::ingest
