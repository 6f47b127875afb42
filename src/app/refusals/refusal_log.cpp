// SPDX-License-Identifier: MIT
#include "app/refusals/refusal_log.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "app/refusals/refusal_watch.hpp"
#include "base/log.hpp"

namespace oneshot::app {
namespace {

struct Line {
  log::Level level;
  std::string_view message;
  std::string_view reason;
  std::string_view detail;
};

void write(const Line& line, const Refused& who, std::uint64_t unlogged) {
  const log::Field peer{"peer", who.peer.text()};
  const log::Field reason{"reason", line.reason};
  const log::Field detail{"detail", line.detail};
  const log::Field silent{"unlogged", unlogged};
  if (who.client == who.peer) {
    log::write(line.level, line.message, {peer, reason, detail, silent});
  } else {
    log::write(line.level, line.message, {peer, {"forwarded_for", who.client.text()}, reason, detail, silent});
  }
}

void remember(Context& context, const Refused& who, const Line& line) {
  Services& services = context.services;
  const bool has_name = context.client != nullptr && !context.client->anonymous;
  RecentRefusal refusal{.unix_ms = services.clock.coarse_unix_ms(),
                        .peer = who.peer.text(),
                        .forwarded_for = who.client == who.peer ? std::string() : who.client.text(),
                        .client = has_name ? context.client->name : std::string(),
                        .status = who.status,
                        .reason = line.reason,
                        .text = std::string(line.detail)};
  services.recent_refusals[context.worker].note(std::move(refusal));
}

void write_if_due(Context& context, RefusalWatch& watch, const Line& line, const Refused& who) {
  remember(context, who, line);
  if (!log::enabled(line.level)) return;
  const std::optional<std::uint64_t> unlogged = watch.note(who.client, context.services.clock.steady());
  if (unlogged) write(line, who, *unlogged);
}

}  // namespace

void log_refused_event(Context& context, const Refused& who, const event::Rejection& why) {
  const std::string_view reason = event::reason_name(why.reason);
  const Line line{log::Level::info, "event refused", reason, why.message};
  if (!log::enabled(log::Level::debug)) return write_if_due(context, context.services.refused_events, line, who);
  remember(context, who, line);
  write({log::Level::debug, line.message, line.reason, line.detail}, who, 0);
}

void log_refused_access(Context& context, const Refused& who, AuthFailure reason, std::string_view why) {
  context.services.auth_failures.count(reason);
  const std::string_view name = auth_failure_names[static_cast<std::size_t>(reason)];
  write_if_due(context, context.services.refused_access, {log::Level::warn, "access refused", name, why}, who);
}

void log_refused_scrape(Context& context, const Refused& who, ScrapeRefusal reason, std::string_view why) {
  context.services.scrape_refusals.count(reason);
  const std::string_view name = scrape_refusal_names[static_cast<std::size_t>(reason)];
  write_if_due(context, context.services.refused_scrapes, {log::Level::warn, "scrape refused", name, why}, who);
}

}  // namespace oneshot::app
