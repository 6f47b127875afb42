// SPDX-License-Identifier: MIT
// The command `tail`.
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "base/numbers.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "ctl/events/commands.hpp"
#include "ctl/events/event_text.hpp"
#include "ctl/events/follower.hpp"
#include "ctl/events/selection.hpp"
#include "ctl/exit_status.hpp"
#include "ctl/print.hpp"
#include "ctl/server/api.hpp"
#include "ctl/server/fields.hpp"
#include "ctl/text/json_text.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::string_view follow_option = "--follow";
constexpr std::string_view limit_option = "--limit";
constexpr std::chrono::milliseconds between_pages{500};

constexpr Option options[] = {
    {follow_option, "", "go on with those that come, until Ctrl-C", 'f'},
    {"--since", "TIME", "begin there, as events --since does; else with the newest 10"},
    {limit_option, "N", "begin with the newest N, 1 to 1000"},
    scraper_option,
    metric_option,
    ids_option,
    {json_option.name, "", "print JSON, a line for each event"},
};

std::string text_of(const json::Value& event, const Call& call) {
  if (!call.has(json_option.name)) return event_line(event, call.has(ids_option.name));
  std::string line;
  append_json(line, event);
  return line + '\n';
}

int print_page(const json::Value& page, Follower& follower, const Call& call) {
  std::string text;
  for (const json::Value& event : follower.take(page)) text += text_of(event, call);
  if (follower.missed_some()) complain("more than 1000 events came at once: some are not shown");
  return text.empty() ? exit_ok : print(text);
}

/// A server that is away is said once, and waited for.
int follow(Follower& follower, Api& api, const Call& call) {
  bool away = false;
  for (;;) {
    std::this_thread::sleep_for(between_pages);
    const auto page = api.get(follower.next_page());
    if (!page && !std::exchange(away, true)) complain(page.error() + "; waiting for it");
    if (!page) continue;
    away = false;
    if (print_page(*page, follower, call) != exit_ok) return exit_failed;
  }
}

Result<Beginning> beginning_of(const Call& call) {
  Beginning beginning{.since = std::string(call.value_of("--since").value_or("")), .goes_on = call.has(follow_option)};
  const auto typed = call.value_of(limit_option);
  if (!typed) return beginning;
  beginning.most = parse_whole_number(*typed);
  if (beginning.most.value_or(0) < 1 || *beginning.most > Follower::whole_page)
    return Unexpected{std::string(limit_option) + ' ' + quoted(*typed) + ": must be a whole number from 1 to " +
                      std::to_string(Follower::whole_page)};
  return beginning;
}

int run_tail(const Call& call) {
  auto query = events_query(call);
  if (!query) return refuse(query.error());
  auto beginning = beginning_of(call);
  if (!beginning) return refuse(beginning.error());
  auto target = target_of(call);
  if (!target) return refuse(target.error());
  Api api(*std::move(target));
  Follower follower(*std::move(query), *std::move(beginning));
  const auto page = api.get(follower.next_page());
  if (!page) return fail(page.error());
  if (call.has("--since") && !call.has(limit_option) && flag_at(*page, "truncated"))
    complain("there are more than 1000 since then; older ones are not shown");
  const int printed = print_page(*page, follower, call);
  return printed == exit_ok && call.has(follow_option) ? follow(follower, api, call) : printed;
}

}  // namespace

Command tail_command() noexcept {
  return {.name = "tail",
          .arguments = "[-f] [LABEL=VALUE]... [OPTION]...",
          .summary = "show the newest events, with -f also those that come",
          .details =
              "Conditions are those of `oneshotctl events`. To look takes nothing: scrapers get every event. With\n"
              "-f a server that is away is waited for.\n",
          .example = "oneshotctl tail -f type=deploy\n",
          .options = options,
          .run = run_tail};
}

}  // namespace oneshot::ctl
