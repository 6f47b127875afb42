// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "app/context.hpp"
#include "app/own_metrics/auth_failures.hpp"
#include "app/own_metrics/scrape_refusals.hpp"
#include "base/address.hpp"
#include "event/event.hpp"

namespace oneshot::app {

/// Who was refused, and with which status.
struct Refused {
  const Address& peer;
  const Address& client;  ///< whom a trusted proxy names; else the peer
  int status;
};

// Who was refused and why: noted among the worker's recent refusals, and logged in at most one line a minute for each
// client (RefusalWatch). `unlogged` in it says how many refusals of that client had none since the last line,
// `forwarded_for` names a client behind a proxy.

/// At level info: the sender made a mistake, which a status tells, but not every client shows the words. At level debug
/// there is a line for each.
[[gnu::cold]] void log_refused_event(Context& context, const Refused& who, const event::Rejection& why);
/// Counts it too. At level warn: somebody tries what is not theirs, or a secret was changed in one place only.
[[gnu::cold]] void log_refused_access(Context& context, const Refused& who, AuthFailure reason, std::string_view why);
/// Counts it too. At level warn: the scraper gets no events until somebody changes its configuration, and Prometheus
/// shows no more than the status.
[[gnu::cold]] void log_refused_scrape(Context& context, const Refused& who, ScrapeRefusal reason, std::string_view why);

}  // namespace oneshot::app
