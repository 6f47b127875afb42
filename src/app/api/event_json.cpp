// SPDX-License-Identifier: MIT
#include "app/api/event_json.hpp"

#include <string>
#include <vector>

#include "exposition/escape.hpp"
#include "exposition/label_walk.hpp"

namespace oneshot::app {
namespace {

void write_labels(json::Writer& out, std::string_view labels) {
  out.member("labels").object();
  while (!labels.empty()) {
    const exposition::RenderedLabel label = exposition::take_label(labels);
    out.member(label.name, exposition::unescaped_label_value(label.value));
  }
  out.end_object();
}

void write_names(json::Writer& out, std::string_view member, const std::vector<std::string>& names) {
  out.member(member).list();
  for (const std::string& name : names) out.value(name);
  out.end_list();
}

void write_sender(json::Writer& out, const queue::Sender& sender) {
  out.member("sender").object();
  if (!sender.client.empty()) out.member("client", sender.client);
  out.member("peer", sender.peer);
  if (!sender.agent.empty()) out.member("agent", sender.agent);
  out.end_object();
}

}  // namespace

void write_event_members(json::Writer& out, const queue::HistoryEvent& event, std::string_view usual_metric) {
  out.member("id", event.id.text());
  out.member("unix_ms", event.unix_ms);
  if (event.sent_unix_ms) out.member("sent_unix_ms", *event.sent_unix_ms);
  out.member("metric", event.metric.empty() ? usual_metric : std::string_view(event.metric));
  write_labels(out, event.labels);
  out.member("value", event.value);
  write_names(out, "waiting_for", event.waiting_for);
  write_names(out, "in_flight_to", event.in_flight_to);
  if (event.sender) write_sender(out, *event.sender);
}

}  // namespace oneshot::app
