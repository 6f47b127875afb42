// SPDX-License-Identifier: MIT
#include "ctl/why/command.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "ctl/events/event_text.hpp"
#include "ctl/exit_status.hpp"
#include "ctl/print.hpp"
#include "ctl/server/api.hpp"
#include "ctl/server/fields.hpp"
#include "ctl/server/query.hpp"
#include "ctl/text/json_text.hpp"
#include "ctl/text/local_time.hpp"
#include "ctl/why/sentence.hpp"

namespace oneshot::ctl {
namespace {

constexpr Option options[] = {
    {"--metric", "NAME", "an event of this metric"},
    {json_option.name, "", "print {\"scraper\":...,\"id\":...,\"state\":...,\"sentence\":...}"},
};

bool is_condition(std::string_view word) { return word.find('=') != std::string_view::npos; }

/// The id that was typed, or that of the newest event that fits.
Result<std::string> find_id(const Call& call, Api& api) {
  const auto words = call.words().subspan(1);
  if (words.size() == 1 && !is_condition(words.front())) return std::string(words.front());
  Query query("/api/v1/events");
  for (const std::string_view word : words) {
    const std::size_t equals = word.find('=');
    query.add("label." + std::string(word.substr(0, equals)), word.substr(equals + 1));
  }
  const auto page = api.get(query.add_option(call, "metric").add("limit", "1").text());
  if (!page) return Unexpected{page.error()};
  const auto events = list_at(*page, "events");
  if (!events.empty()) return text_at(events.back(), "id");
  const std::int64_t from = whole_at(*page, "from_unix_ms");
  return Unexpected{from == 0 ? "the history has no events: was it posted? oneshotctl events lists what there is"
                              : "no such event in the history, which reaches back to " + local_time(from) +
                                    ": was it posted, and with these labels? oneshotctl events lists what there is"};
}

struct Found {
  EventCase about;
  std::string id;
  std::string event;
};

/// The scraper of that name, and when the server said so. Errors name those that there are.
Result<void> find_scraper(Api& api, const std::string& name, EventCase& about) {
  const auto status = api.get("/api/v1/status");
  if (!status) return Unexpected{status.error()};
  about.now_unix_ms = whole_at(*status, "now_unix_ms");
  std::string known;
  for (const Scraper& scraper : scrapers_of(*status)) {
    if (scraper.name == name) {
      about.scraper = scraper;
      return {};
    }
    known += (known.empty() ? "; there are " : ", ") + scraper.name;
  }
  return Unexpected{"no scraper " + quoted(name) + " is known: does its job have params: {scraper: [" + name + "]}" +
                    (known.empty() ? "; nobody has scraped yet" : known)};
}

Result<void> find_state(Api& api, const std::string& name, Found& found) {
  const auto event = api.get(Query("/api/v1/events").add_segment(found.id).text());
  if (!event) return Unexpected{event.error()};
  found.event = series_and_value(*event);
  found.about.came_unix_ms = whole_at(*event, "unix_ms");
  for (const json::Value& scraper : list_at(*event, "scrapers")) {
    if (text_at(scraper, "name") != name) continue;
    found.about.state = text_at(scraper, "state");
    found.about.reason = text_at(scraper, "reason");
    found.about.since_unix_ms = whole_at(scraper, "unix_ms");
    return {};
  }
  return Unexpected{"the server does not say what became of event " + found.id + " for " + name};
}

Result<Found> find(const Call& call, Api& api) {
  const std::string name(call.words().front());
  Found found;
  if (const auto known = find_scraper(api, name, found.about); !known) return Unexpected{known.error()};
  auto id = find_id(call, api);
  if (!id) return Unexpected{id.error()};
  found.id = *std::move(id);
  if (const auto state = find_state(api, name, found); !state) return Unexpected{state.error()};
  return found;
}

std::string text_of(const Found& found, const std::string& sentence, bool json) {
  if (!json) return found.event + " of " + local_time(found.about.came_unix_ms) + ": " + sentence + ".\n";
  return "{\"scraper\":" + json_text(found.about.scraper.name) + ",\"id\":" + json_text(found.id) +
         ",\"state\":" + json_text(found.about.state) + ",\"sentence\":" + json_text(sentence) + "}\n";
}

bool makes_sense(const Call& call) {
  const auto words = call.words();
  if (words.size() < 2 || is_condition(words.front())) return false;
  return words.size() == 2 || std::ranges::all_of(words.subspan(1), is_condition);
}

int run_why(const Call& call) {
  if (!makes_sense(call))
    return refuse("why: a scraper and an event must follow, such as why prom-b type=deploy service=checkout");
  auto target = target_of(call);
  if (!target) return refuse(target.error());
  Api api(*std::move(target));
  const auto found = find(call, api);
  if (!found) return fail(found.error());
  const int printed = print(text_of(*found, sentence_about(found->about), call.has(json_option.name)));
  return found->about.state == "delivered" ? printed : exit_failed;
}

}  // namespace

Command why_command() noexcept {
  return {.name = "why",
          .arguments = "NAME LABEL=VALUE... | NAME ID",
          .summary = "say in one sentence why a scraper has not got an event",
          .details =
              "The event is the newest one with these labels, or the one of that ID (oneshotctl events --ids).\n"
              "\n"
              "Exit status 0: the scraper has got it. 1: it has not, or nobody can say.\n",
          .example = "oneshotctl why prom-b type=deploy service=checkout\n",
          .options = options,
          .run = run_why};
}

}  // namespace oneshot::ctl
