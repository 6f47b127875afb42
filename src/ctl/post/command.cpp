// SPDX-License-Identifier: MIT
#include "ctl/post/command.hpp"

#include <string>

#include "ctl/exit_status.hpp"
#include "ctl/post/sending.hpp"
#include "ctl/print.hpp"
#include "ctl/text/json_text.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::string_view value_option = "--value";
constexpr std::string_view time_option = "--time";
constexpr std::string_view at_option = "--at";

constexpr Option options[] = {
    {value_option, "V", "the event's value, a number (1)"},
    {time_option, "T", "when it happened: 2026-11-26T09:30:00Z, or seconds since 1970"},
    {at_option, "T", "the same"},
    retry_option,
    {json_option.name, "", "print {\"id\":\"...\"}, the server's name for the event"},
};

Result<TypedEvent> event_of(const Call& call) {
  auto event = read_event(call.words());
  if (!event) return event;
  if (const auto value = call.value_of(value_option)) event->add("value", *value);
  if (call.has(time_option) && call.has(at_option)) return Unexpected{"--time and --at are the same: give one of them"};
  for (const std::string_view option : {time_option, at_option}) {
    if (const auto time = call.value_of(option)) event->add("time", *time);
  }
  if (event->fields.empty()) return Unexpected{"post: an event needs a label, such as type=deploy"};
  return event;
}

std::string in_json(const Stored& stored) {
  return "{\"id\":" + (stored.id.empty() ? "null" : json_text(stored.id)) + "}\n";
}

int run_post(const Call& call) {
  const auto event = event_of(call);
  if (!event) return refuse(event.error());
  const auto retry = retry_time(call);
  if (!retry) return refuse(retry.error());
  auto target = target_of(call);
  if (!target) return refuse(target.error());
  Http server(*std::move(target));
  const auto stored = send(server, *event, *retry);
  if (!stored) return fail(stored.error());
  return call.has(json_option.name) ? print(in_json(*stored)) : exit_ok;
}

}  // namespace

Command post_command() noexcept {
  return {.name = "post",
          .arguments = "LABEL=VALUE... [METRIC] [OPTION]...",
          .summary = "post an event, and try again until it is stored, exactly once",
          .details =
              "Prints nothing where all went well. While the server is away or busy, the event is posted again\n"
              "with growing pauses, always under one idempotency key, so that it is stored once. METRIC is one\n"
              "of the server's [metrics.NAME]; without it the event is a sample of events_to_metrics.\n"
              "\n"
              "Exit status 0: the event is stored. 1: it was refused, or the time to try was over; the line on\n"
              "standard error says whether it may be stored all the same.\n",
          .example =
              "oneshotctl post type=deploy service=checkout version=\"$VERSION\"\n"
              "oneshotctl post type=backup host=db1 --value 42.5 --retry-seconds 600\n",
          .options = options,
          .words = {},
          .run = run_post};
}

}  // namespace oneshot::ctl
