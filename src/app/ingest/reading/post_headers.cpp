// SPDX-License-Identifier: MIT
#include "app/ingest/reading/post_headers.hpp"

#include "base/text.hpp"

namespace oneshot::app {
namespace {

/// The member for a header of that name; null for all others. The lengths are told apart first: that costs least.
std::string_view* member_of(PostHeaders& all, std::string_view name) noexcept {
  const auto named = [name](const auto& wanted, std::string_view& member) {
    return equals_ignoring_case(name, wanted) ? &member : nullptr;
  };
  switch (name.size()) {
    case 10:
      return named("Event-Time", all.event_time);
    case 12:
      return named("Content-Type", all.content_type);
    case 14:
      return named("ce-specversion", all.ce_specversion);
    case 15:
      return named("Idempotency-Key", all.idempotency_key);
    case 16:
      return named("Content-Encoding", all.content_encoding);
    default:
      return nullptr;
  }
}

}  // namespace

PostHeaders read_post_headers(std::span<const http::Header> headers) noexcept {
  PostHeaders all;
  for (const http::Header& header : headers) {
    std::string_view* const member = member_of(all, header.name);
    if (member == nullptr) continue;
    if (member->data() != nullptr && *member != header.value) all.contradicted = header.name;
    if (member->data() == nullptr) *member = header.value;
  }
  if (all.content_encoding.empty() || equals_ignoring_case(all.content_encoding, "identity")) all.content_encoding = {};
  return all;
}

event::Rejection contradiction(std::string_view header) {
  return {event::Reason::bad_parameter, "header " + printable(header) + " is given twice, with different values"};
}

event::EventBuilder::Taken take_event_time(event::EventBuilder& builder, std::string_view event_time) {
  event::EventBuilder::Taken taken = builder.time(event_time);
  constexpr std::string_view begin = "time ";
  if (!taken && taken.error().message.starts_with(begin))
    taken.error().message.replace(0, begin.size(), "header Event-Time ");
  return taken;
}

}  // namespace oneshot::app
