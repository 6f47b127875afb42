// SPDX-License-Identifier: MIT
#include "app/api/get_top.hpp"

#include <asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/api/events_query.hpp"
#include "app/api/json_reply.hpp"
#include "app/api/look.hpp"
#include "app/api/unknown_scraper.hpp"
#include "json/writer.hpp"

namespace oneshot::app {
namespace {

std::string top_text(const std::string& label, const queue::LabelCounts& counts) {
  std::string text;
  json::Writer out(text);
  out.object().member("by", label).member("values").list();
  for (const queue::LabelCounts::Value& one : counts.values)
    out.object().member("value", one.value).member("events", one.events).member("bytes", one.bytes).end_object();
  out.end_list().member("others", counts.others).member("without", counts.without).member("events", counts.events);
  out.end_object();
  return text;
}

std::size_t bytes_of(const queue::LabelCounts& counts) {
  std::size_t bytes = 0;
  for (const queue::LabelCounts::Value& one : counts.values) bytes += one.value.size();
  return bytes;
}

asio::awaitable<http::Reply> count(Context& context, std::string label, std::unique_ptr<queue::LabelCounter> counter,
                                   delivery::Waiting& waiting) {
  auto walking = walk_in_turn(context, *counter, waiting);
  std::optional<http::Reply> refused = co_await std::move(walking);
  if (refused) co_return std::move(*refused);
  const queue::LabelCounts counts = counter->take();
  const auto memory = borrow_for_answer(context.services.memory, bytes_of(counts), counts.values.size());
  if (!memory) co_return no_memory_for_answer();
  co_return json_reply(top_text(label, counts));
}

}  // namespace

http::Answer get_top(Context& context, const http::Request& request, delivery::Waiting& waiting) {
  auto query = parse_top_query(request.query);
  if (!query) return json_error(400, query.error());
  std::string label = query->label;
  const std::string scraper = query->scraper;
  auto counter = context.services.queue.count_by_label(std::move(*query));
  if (counter == nullptr) return unknown_scraper(scraper, context.services.queue);
  return count(context, std::move(label), std::move(counter), waiting);
}

}  // namespace oneshot::app
