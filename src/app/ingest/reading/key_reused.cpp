// SPDX-License-Identifier: MIT
#include "app/ingest/reading/key_reused.hpp"

#include <cstddef>
#include <string>

#include "app/ingest/reading/media_type.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "base/text.hpp"
#include "event/idempotency_key.hpp"

namespace oneshot::app {
namespace {

constexpr std::size_t shown = 64;

event::Rejection cloud_event_reused(std::string_view id) {
  const std::size_t source_end = id.find('\0');
  return key_reused("CloudEvent source " + quoted(id.substr(0, source_end), shown) + " with id " +
                    quoted(id.substr(source_end + 1), shown));
}

}  // namespace

event::Rejection key_reused(std::string_view what) {
  return {event::Reason::key_reused, std::string(what) + " was used for another event: write a new one"};
}

event::Rejection header_key_reused(std::string_view key) { return key_reused("Idempotency-Key " + quoted(key, shown)); }

event::Rejection key_reused(const Context& context, const http::Request& request) {
  const PostHeaders headers = read_post_headers(request.headers);
  const MediaType type = media_type_of(headers.content_type);
  const bool has_body = !request.body.empty();
  if (headers.ce_specversion.data() != nullptr || (has_body && type == MediaType::cloudevents))
    return cloud_event_reused(context.cloud_event.id());
  const bool has_id = has_body && type == MediaType::json && !context.json_event.id().empty();
  if (has_id) return key_reused("id " + quoted(context.json_event.id(), shown));
  const auto key = event::idempotency_key_text(headers.idempotency_key);
  return header_key_reused(key ? *key : headers.idempotency_key);
}

}  // namespace oneshot::app
