// SPDX-License-Identifier: MIT
#include "app/api/get_status.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "app/api/cluster_json.hpp"
#include "app/api/json_reply.hpp"
#include "app/api/query.hpp"
#include "app/api/scraper_json.hpp"
#include "app/not_ready.hpp"
#include "app/own_metrics/snapshot.hpp"
#include "app/refusals/recent_refusals.hpp"
#include "base/version.hpp"
#include "event/event.hpp"
#include "json/writer.hpp"

namespace oneshot::app {
namespace {

void write_program(json::Writer& out, const Services& services) {
  const auto reasons = reasons_not_ready(services);
  out.member("version", version());
  out.member("started_unix_ms", services.started_unix_ms);
  out.member("now_unix_ms", services.clock.unix_ms());
  out.member("ready", reasons.empty());
  out.member("not_ready").list();
  for (const std::string_view reason : reasons) out.value(reason);
  out.end_list();
}

void write_storage(json::Writer& out, const Services& services, const queue::QueueStatistics& queue) {
  out.member("storage").object();
  out.member("kind", queue.cluster ? "cluster" : queue.in_file ? "file" : "memory");
  if (queue.in_file && !queue.cluster) out.member("path", services.storage_path);
  out.member("capacity_bytes", queue.capacity_bytes);
  out.member("used_bytes", queue.used_bytes);
  out.member("failed", queue.failed);
  out.end_object();
}

void write_history(json::Writer& out, const queue::HistoryStatistics& history) {
  out.member("history").object();
  out.member("seconds", history.seconds).member("events", history.events);
  out.member("bytes", history.bytes).member("from_unix_ms", history.from_unix_ms);
  out.end_object();
}

void write_events(json::Writer& out, const Snapshot& snapshot) {
  out.member("events").object();
  out.member("accepted", snapshot.accepted);
  out.member("rejected").object();
  for (std::size_t i = 0; i < snapshot.rejected.size(); ++i)
    out.member(event::reason_name(static_cast<event::Reason>(i)), snapshot.rejected[i]);
  out.end_object();
  out.member("duplicates", snapshot.duplicates);
  out.member("kept", snapshot.queue.kept);
  out.member("unclaimed", snapshot.queue.unclaimed);
  out.member("held", snapshot.queue.held);
  out.end_object();
}

void write_refusal(json::Writer& out, const RecentRefusal& refusal) {
  out.object().member("unix_ms", refusal.unix_ms).member("peer", refusal.peer);
  if (!refusal.forwarded_for.empty()) out.member("forwarded_for", refusal.forwarded_for);
  if (!refusal.client.empty()) out.member("client", refusal.client);
  out.member("status", refusal.status).member("reason", refusal.reason).member("text", refusal.text).end_object();
}

void write_refusals(json::Writer& out, const Services& services) {
  out.member("refusals").list();
  for (const RecentRefusal& refusal : all_of(services.recent_refusals)) write_refusal(out, refusal);
  out.end_list();
}

std::string status_text(const Services& services) {
  const Snapshot snapshot = take_snapshot(services);
  std::string text;
  json::Writer out(text);
  out.object();
  write_program(out, services);
  write_storage(out, services, snapshot.queue);
  if (snapshot.queue.cluster) write_cluster(out.member("cluster"), *snapshot.queue.cluster);
  write_history(out, snapshot.queue.history);
  write_events(out, snapshot);
  out.member("scrapers");
  write_scrapers(out, snapshot.queue, services);
  write_refusals(out, services);
  out.end_object();
  return text;
}

std::string scrapers_text(const Services& services) {
  std::string text;
  json::Writer out(text);
  out.object().member("scrapers");
  write_scrapers(out, services.queue.statistics(), services);
  out.end_object();
  return text;
}

}  // namespace

http::Answer get_status(Context& context, const http::Request& request, delivery::Waiting&) {
  if (const auto query = ApiQuery::parse(request.query, {}); !query) return json_error(400, query.error());
  return json_reply(status_text(context.services));
}

http::Answer get_scrapers(Context& context, const http::Request& request, delivery::Waiting&) {
  if (const auto query = ApiQuery::parse(request.query, {}); !query) return json_error(400, query.error());
  return json_reply(scrapers_text(context.services));
}

}  // namespace oneshot::app
