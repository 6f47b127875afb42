// SPDX-License-Identifier: MIT
// The command `events`.
#include "base/text.hpp"
#include "ctl/events/commands.hpp"
#include "ctl/events/event_text.hpp"
#include "ctl/events/selection.hpp"
#include "ctl/server/fields.hpp"
#include "ctl/server/with_api.hpp"
#include "ctl/text/local_time.hpp"

namespace oneshot::ctl {
namespace {

constexpr Option options[] = {
    {"--since", "TIME", "came then or later: 15m, 2d, 2026-11-26T09:30:00Z, Unix seconds or ms"},
    {"--until", "TIME", "came before"},
    {"--limit", "N", "the newest N, 1 to 1000 (100)"},
    scraper_option,
    metric_option,
    ids_option,
    json_option,
};

std::string page_text(const json::Value& page, bool with_ids) {
  std::string text;
  for (const json::Value& event : list_at(page, "events")) text += event_line(event, with_ids);
  return text;
}

/// What a page does not tell by its events goes to standard error, so that it is in nobody's way.
void tell_about(const json::Value& page) {
  const std::int64_t from = whole_at(page, "from_unix_ms");
  if (flag_at(page, "truncated")) complain("there are older ones; --limit and --until show more");
  if (list_at(page, "events").empty())
    complain(from == 0 ? "no events, and the history is empty"
                       : "no events that fit; the history reaches back to " + local_time(from));
}

Result<std::string> page_of_events(const Call& call, const Query& query, Api& api) {
  const auto page = api.get(query.text());
  if (!page) return Unexpected{page.error()};
  if (call.has(json_option.name)) return api.last_body();
  tell_about(*page);
  return page_text(*page, call.has(ids_option.name));
}

Result<std::string> one_event(const Call& call, Api& api) {
  const auto event = api.get(Query("/api/v1/events").add_segment(call.words().front()).text());
  if (!event) return Unexpected{event.error()};
  return call.has(json_option.name) ? api.last_body() : event_and_scrapers(*event);
}

bool asks_for_one(const Call& call) {
  return call.words().size() == 1 && call.words().front().find('=') == std::string_view::npos;
}

Result<std::string> ask(const Call& call, Api& api) {
  if (asks_for_one(call)) return one_event(call, api);
  auto query = events_query(call);
  if (!query) return Unexpected{query.error()};
  query->add_option(call, "since").add_option(call, "until").add_option(call, "limit");
  return page_of_events(call, *query, api);
}

int run_events(const Call& call) {
  if (const auto query = events_query(call); !asks_for_one(call) && !query) return refuse(query.error());
  return with_api<ask>(call);
}

}  // namespace

Command events_command() noexcept {
  return {.name = "events",
          .arguments = "[LABEL=VALUE]... [OPTION]... | ID",
          .summary = "list events of the history and who has not got them yet, or one by its id",
          .details =
              "The newest last. All conditions must hold; LABEL= without a value: no such label. With an ID, as\n"
              "--ids shows it and a POST is answered with (Event-Id), it says what became of that event for\n"
              "each scraper. Readable is what waits, and what was delivered within history.seconds.\n",
          .example = "oneshotctl events type=deploy --since 1h\noneshotctl events --scraper prom-b --limit 1000\n",
          .options = options,
          .run = run_events};
}

}  // namespace oneshot::ctl
