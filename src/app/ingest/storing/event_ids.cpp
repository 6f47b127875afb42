// SPDX-License-Identifier: MIT
#include "app/ingest/storing/event_ids.hpp"

#include <array>
#include <string>
#include <string_view>

#include "app/scrape/scraper_identity.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace oneshot::app {
namespace {

/// As it was sent, since whoever shows it escapes it; but JSON has no bytes that are not UTF-8.
std::string readable(std::string_view agent) {
  constexpr std::size_t most = queue::Sender::longest_agent;
  if (!valid_utf8(agent)) return printable(agent, most);
  return std::string(agent.size() > most ? cut_between_characters(agent, most) : agent);
}

std::string agent_of(const http::Request& request) {
  for (const http::Header& header : request.headers)
    if (equals_ignoring_case(header.name, "user-agent")) return readable(header.value);
  return {};
}

}  // namespace

void write_ids(json::Writer& out, std::span<const queue::EventId> ids) {
  std::array<char, queue::EventId::digits> text;
  out.member("ids").list();
  for (const queue::EventId& id : ids) {
    if (id.is_none()) {
      out.null();
      continue;
    }
    id.write(text.data());
    out.value(std::string_view(text.data(), text.size()));
  }
  out.end_list();
}

std::optional<queue::Sender> sender_of(const Context& context, const http::Request& request) {
  if (!context.services.queue.keeps_senders()) return std::nullopt;
  const Origin origin = find_origin(request, *context.options);
  const bool is_somebody = context.client != nullptr && !context.client->anonymous;
  return queue::Sender{.client = is_somebody ? context.client->name : std::string(),
                       .peer = origin.address.text(),
                       .agent = agent_of(request)};
}

void note_sender(Context& context, const std::optional<queue::Sender>& sender, std::span<const queue::EventId> ids) {
  if (sender) context.services.queue.note_sender(ids, *sender);
}

void note_sender(Context& context, const http::Request& request, std::span<const queue::EventId> ids) {
  if (context.services.queue.keeps_senders()) note_sender(context, sender_of(context, request), ids);
}

}  // namespace oneshot::app
