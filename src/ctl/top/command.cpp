// SPDX-License-Identifier: MIT
#include "ctl/top/command.hpp"

#include "base/text.hpp"
#include "ctl/events/selection.hpp"
#include "ctl/server/fields.hpp"
#include "ctl/server/query.hpp"
#include "ctl/server/with_api.hpp"
#include "ctl/text/table.hpp"

namespace oneshot::ctl {
namespace {

constexpr Option options[] = {
    {"--by", "LABEL", "count by this label (type)"},
    {"--limit", "N", "so many values, 1 to 1000 (10)"},
    scraper_option,
    json_option,
};

std::string share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "-" : std::to_string((part * 100 + whole / 2) / whole) + '%';
}

std::string text_of(const json::Value& answer) {
  const std::int64_t events = whole_at(answer, "events");
  Table table({printable(text_at(answer, "by")), "EVENTS", "SHARE", "BYTES"});
  for (const json::Value& one : list_at(answer, "values")) {
    const std::int64_t count = whole_at(one, "events");
    table.add({printable(text_at(one, "value")), std::to_string(count), share(count, events),
               std::to_string(whole_at(one, "bytes"))});
  }
  const auto row = [&](const char* name, std::string_view member) {
    const std::int64_t count = whole_at(answer, member);
    if (count > 0) table.add({name, std::to_string(count), share(count, events), ""});
  };
  row("(other values)", "others");
  row("(without it)", "without");
  return table.text();
}

Result<std::string> ask(const Call& call, Api& api) {
  Query query("/api/v1/top");
  query.add("by", call.value_of("--by").value_or("type")).add_option(call, "limit").add_option(call, "scraper");
  const auto answer = api.get(query.text());
  if (!answer) return Unexpected{answer.error()};
  return call.has(json_option.name) ? api.last_body() : text_of(*answer);
}

int run_top(const Call& call) {
  if (!call.words().empty()) return refuse("top takes no word; write --by LABEL");
  return with_api<ask>(call);
}

}  // namespace

Command top_command() noexcept {
  return {.name = "top",
          .arguments = "[--by LABEL] [OPTION]...",
          .summary = "count what is in the log by the values of a label, the most first",
          .details = "Says what fills the log, or with --scraper what keeps that one busy.\n",
          .example = "oneshotctl top --by service --scraper prom-b\n",
          .options = options,
          .run = run_top};
}

}  // namespace oneshot::ctl
