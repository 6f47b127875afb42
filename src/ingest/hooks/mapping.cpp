// SPDX-License-Identifier: MIT
#include "ingest/hooks/mapping.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "event/idempotency_key.hpp"
#include "ingest/rejections.hpp"
#include "json/doubled_key.hpp"

namespace oneshot::ingest {

using event::Reason;
using event::Rejection;

Rejection in_event(std::size_t number, Rejection rejection) {
  rejection.message.insert(0, "event " + std::to_string(number) + ": ");
  return rejection;
}

Result<std::vector<Mapped>, Rejection> map_request(const Hook& hook, const json::Value& body,
                                                   std::span<const http::Header> headers) {
  // A pointer would take the first one, where the sender may have meant the last.
  if (const auto twice = json::doubled_key_within(body)) return Unexpected{key_given_twice(*twice)};
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

Result<void, Rejection> take_ids_of_header(std::vector<Mapped>& all, std::span<const http::Header> headers) {
  const auto header = std::ranges::find_if(
      headers, [](const http::Header& one) { return equals_ignoring_case(one.name, "Idempotency-Key"); });
  if (header == headers.end()) return {};
  for (Mapped& one : all) {
    if (one.unmet != nullptr || !one.event.id.empty()) continue;
    const auto key = event::idempotency_key_text(header->value);
    if (!key) return Unexpected{key.error()};
    one.event.id.append(*key).append(1, '\0');
    append_unsigned(one.event.id, one.number);
    one.event.id_from = MappedEvent::IdFrom::header;
  }
  return {};
}

}  // namespace oneshot::ingest
