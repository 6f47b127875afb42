// SPDX-License-Identifier: MIT
#include "ingest/hooks/mapping.hpp"

#include <string>
#include <utility>

namespace oneshot::ingest {

using event::Reason;
using event::Rejection;

Rejection in_event(std::size_t number, Rejection rejection) {
  rejection.message.insert(0, "event " + std::to_string(number) + ": ");
  return rejection;
}

Result<std::vector<Mapped>, Rejection> map_request(const Hook& hook, const json::Value& body,
                                                   std::span<const http::Header> headers) {
  auto elements = hook.elements(body);
  if (!elements) return Unexpected{Rejection{Reason::bad_body, std::move(elements.error())}};
  if (elements->size() > max_elements) {
    return Unexpected{
        Rejection{Reason::too_large, "more than " + std::to_string(max_elements) + " elements in one request"}};
  }
  std::vector<Mapped> all;
  all.reserve(elements->size());
  for (const json::Value& element : *elements) {
    Mapped& one = all.emplace_back(Mapped{.number = all.size() + 1, .payload = {body, element, headers}});
    one.unmet = hook.unmet(one.payload);
    if (one.unmet != nullptr) continue;
    auto event = hook.map(one.payload);
    if (!event) return Unexpected{in_event(one.number, {Reason::over_limit, std::move(event.error())})};
    one.event = std::move(*event);
  }
  return all;
}

}  // namespace oneshot::ingest
