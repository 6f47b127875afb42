// SPDX-License-Identifier: MIT
#include "app/api/get_events.hpp"

#include <asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/api/event_json.hpp"
#include "app/api/events_query.hpp"
#include "app/api/json_reply.hpp"
#include "app/api/look.hpp"
#include "app/api/unknown_scraper.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"

namespace oneshot::app {
namespace {

std::string page_text(const queue::HistoryPage& page, std::string_view usual_metric) {
  std::string text;
  json::Writer out(text);
  out.object().member("events").list();
  for (const queue::HistoryEvent& event : page.events) {
    out.object();
    write_event_members(out, event, usual_metric);
    out.end_object();
  }
  out.end_list().member("truncated", page.truncated).member("from_unix_ms", page.from_unix_ms).end_object();
  return text;
}

std::size_t bytes_of(const queue::HistoryPage& page) {
  std::size_t bytes = 0;
  for (const queue::HistoryEvent& event : page.events) bytes += event.metric.size() + event.labels.size();
  return bytes;
}

asio::awaitable<http::Reply> read_page(Context& context, std::shared_ptr<const Options> options,
                                       std::unique_ptr<queue::HistoryReader> reader, delivery::Waiting& waiting) {
  auto walking = walk_in_turn(context, *reader, waiting);
  std::optional<http::Reply> refused = co_await std::move(walking);
  if (refused) co_return std::move(*refused);
  const queue::HistoryPage page = reader->take();
  const auto memory = borrow_for_answer(context.services.memory, bytes_of(page), page.events.size());
  if (!memory) co_return no_memory_for_answer();
  co_return json_reply(page_text(page, options->metric));
}

void write_states(json::Writer& out, const queue::FoundEvent& found) {
  out.member("scrapers").list();
  for (const queue::ScraperOfEvent& scraper : found.scrapers) {
    out.object().member("name", scraper.name).member("state", queue::name_of(scraper.state));
    if (scraper.unix_ms != 0) out.member("unix_ms", scraper.unix_ms);
    if (!scraper.reason.empty()) out.member("reason", scraper.reason);
    out.end_object();
  }
  out.end_list();
}

std::string event_text(const queue::FoundEvent& found, std::string_view usual_metric) {
  std::string text;
  json::Writer out(text);
  out.object();
  write_event_members(out, found.event, usual_metric);
  write_states(out, found);
  out.end_object();
  return text;
}

http::Reply not_in_the_history(const queue::Queue& queue, std::string_view id) {
  const std::int64_t from = queue.statistics().history.from_unix_ms;
  std::string message = "there is no event " + quoted(id) + " any more, or there never was; the history ";
  message += from == 0 ? "is empty" : "reaches back to " + log::timestamp(from);
  return json_error(404, message);
}

}  // namespace

http::Answer get_events(Context& context, const http::Request& request, delivery::Waiting& waiting) {
  const std::int64_t now = context.services.clock.unix_ms();
  auto query = parse_events_query(request.query, context.options->metric, now);
  if (!query) return json_error(400, query.error());
  const std::string scraper = query->scraper;
  auto reader = context.services.queue.read_history(std::move(*query));
  if (reader == nullptr) return unknown_scraper(scraper, context.services.queue);
  return read_page(context, context.options, std::move(reader), waiting);
}

http::Answer get_one_event(Context& context, const http::Request& request, delivery::Waiting&) {
  if (const auto query = ApiQuery::parse(request.query, {}); !query) return json_error(400, query.error());
  const std::string_view text = request.path.substr(api_events_path.size());
  const std::optional<queue::EventId> id = queue::EventId::parse(text);
  if (!id)
    return json_error(400, quoted(text) + " is no id of an event: that has " + std::to_string(queue::EventId::digits) +
                               " digits, 0 to 9 and a to f");
  const std::optional<queue::FoundEvent> found = context.services.queue.find(*id);
  if (!found) return not_in_the_history(context.services.queue, text);
  return json_reply(event_text(*found, context.options->metric));
}

}  // namespace oneshot::app
