// SPDX-License-Identifier: MIT
// The commands `replay`, `skip` and `forget`.
#include "ctl/scrapers/commands.hpp"
#include "ctl/scrapers/scraper.hpp"
#include "ctl/server/fields.hpp"
#include "ctl/server/query.hpp"
#include "ctl/server/with_api.hpp"
#include "ctl/text/local_time.hpp"

namespace oneshot::ctl {
namespace {

constexpr Option replay_options[] = {
    {"--since", "TIME", "how far back: 1h, 2d, 2026-11-26T09:30:00Z, Unix seconds or ms"},
    json_option,
};
constexpr Option options[] = {json_option};

Query query_for(std::string_view name) { return Query("/api/v1/scrapers").add_segment(name); }

std::string replayed(const json::Value& answer, const std::string& name) {
  const std::int64_t events = whole_at(answer, "events");
  if (events == 0)
    return "nothing to send again to " + name +
           ": what came since then still waits for it, or is no longer in the history\n";
  return events_in_words(events) + " since " + local_time(whole_at(answer, "from_unix_ms")) + " will go out to " +
         name + (events == 1 ? " again, as a new sample\n" : " again, as new samples\n");
}

std::string dropped(const json::Value& answer, const std::string& what) {
  return what + "; dropped for it: " + events_in_words(whole_at(answer, "dropped")) + '\n';
}

Result<json::Value> change(Api& api, const std::string& method, const std::string& path) {
  return api.ask(method, path);
}

Result<std::string> replay(const Call& call, Api& api) {
  const std::string name(call.words().front());
  const std::string path = query_for(name).text() + Query("/replay").add_option(call, "since").text();
  const auto answer = change(api, "POST", path);
  if (!answer) return Unexpected{answer.error()};
  return call.has(json_option.name) ? api.last_body() : replayed(*answer, name);
}

Result<std::string> skip(const Call& call, Api& api) {
  const std::string name(call.words().front());
  const auto answer = change(api, "POST", query_for(name).text() + "/skip");
  if (!answer) return Unexpected{answer.error()};
  return call.has(json_option.name) ? api.last_body() : dropped(*answer, name + " begins at the newest event");
}

Result<std::string> forget(const Call& call, Api& api) {
  const std::string name(call.words().front());
  const auto answer = change(api, "DELETE", query_for(name).text());
  if (!answer) return Unexpected{answer.error()};
  return call.has(json_option.name) ? api.last_body() : dropped(*answer, name + " is forgotten");
}

/// One scraper by its name, always.
template <Asking ask>
int for_one(const Call& call) {
  const std::string command(call.command()->name);
  if (call.words().size() != 1 || call.words().front().empty())
    return refuse(command + ": the name of one scraper must follow; oneshotctl scrapers lists them");
  return with_api<ask>(call);
}

int run_replay(const Call& call) {
  if (!call.has("--since")) return refuse("replay: --since must say how far back, such as --since 1h");
  return for_one<replay>(call);
}

}  // namespace

Command replay_command() noexcept {
  return {.name = "replay",
          .arguments = "NAME --since TIME",
          .summary = "send a scraper again what came since then",
          .details =
              "As far as the history reaches. Without explicit timestamps these are new samples at the time of the\n"
              "next scrape. Needs the right `admin`.\n",
          .example = "oneshotctl replay prom-b --since 1h\n",
          .options = replay_options,
          .run = run_replay};
}

Command skip_command() noexcept {
  return {.name = "skip",
          .arguments = "NAME",
          .summary = "drop what waits for a scraper",
          .details =
              "For a scraper that was away for long, and shall begin with what comes from now on. Events that other\n"
              "scrapers have not got stay for them. Needs the right `admin`.\n",
          .example = "oneshotctl skip prom-b\n",
          .options = options,
          .run = for_one<skip>};
}

Command forget_command() noexcept {
  return {.name = "forget",
          .arguments = "NAME",
          .summary = "forget a scraper that will not come again, and what waits for it",
          .details =
              "One of scrapers.names cannot be forgotten: take it out of the settings. A scraper that comes again\n"
              "begins as a new one. Needs the right `admin`.\n",
          .example = "oneshotctl forget 10.0.0.7\n",
          .options = options,
          .run = for_one<forget>};
}

}  // namespace oneshot::ctl
