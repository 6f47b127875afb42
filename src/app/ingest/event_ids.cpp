// SPDX-License-Identifier: MIT
#include "app/ingest/event_ids.hpp"

#include <cstddef>
#include <string_view>

#include "app/scrape/scraper_identity.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

std::string agent_of(const http::Request& request) {
  for (const http::Header& header : request.headers)
    if (equals_ignoring_case(header.name, "user-agent")) return printable(header.value, queue::Sender::longest_agent);
  return {};
}

}  // namespace

void append_ids(std::string& out, std::span<const queue::EventId> ids) {
  constexpr std::size_t longest = queue::EventId::digits + 3;
  out.reserve(out.size() + ids.size() * longest + 16);
  out += ",\"ids\":[";
  std::string_view separator;
  for (const queue::EventId& id : ids) {
    out += separator;
    separator = ",";
    if (id.is_none()) {
      out += "null";
      continue;
    }
    out += '"';
    const std::size_t at = out.size();
    out.resize(at + queue::EventId::digits);
    id.write(&out[at]);
    out += '"';
  }
  out += ']';
}

void note_sender(Context& context, const http::Request& request, std::span<const queue::EventId> ids) {
  if (!context.services.queue.keeps_senders()) return;
  const Origin origin = find_origin(request, *context.options);
  const bool is_somebody = context.client != nullptr && !context.client->anonymous;
  const queue::Sender sender{.client = is_somebody ? context.client->name : std::string(),
                             .peer = origin.address.text(),
                             .agent = agent_of(request)};
  context.services.queue.note_sender(ids, sender);
}

}  // namespace oneshot::app
