// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "access/password_thread.hpp"
#include "app/ingest/limits/rate_limit.hpp"
#include "app/ingest/limits/series_limit.hpp"
#include "app/own_metrics/auth_failures.hpp"
#include "app/own_metrics/client_counters.hpp"
#include "app/own_metrics/config_reloads.hpp"
#include "app/own_metrics/counters.hpp"
#include "app/own_metrics/event_counters.hpp"
#include "app/own_metrics/hook_counters.hpp"
#include "app/own_metrics/process_metrics.hpp"
#include "app/own_metrics/readiness.hpp"
#include "app/own_metrics/scrape_refusals.hpp"
#include "app/pages/reloading.hpp"
#include "app/refusals/recent_refusals.hpp"
#include "app/refusals/refusal_watch.hpp"
#include "app/scrape/proxy/forwarding_watch.hpp"
#include "app/scrape/proxy/proxy_watch.hpp"
#include "app/scrape/shared_scrapers.hpp"
#include "base/clock.hpp"
#include "base/token_bucket.hpp"
#include "confirm/confirmers.hpp"
#include "http/memory_budget.hpp"
#include "http/statistics.hpp"
#include "http/tls_statistics.hpp"
#include "queue/queue.hpp"

namespace oneshot::app {

/// What the workers' routers share. Outlives them; the vectors do not change once requests come in.
struct Services {
  Services(queue::Queue& q, const Clock& c, unsigned workers)
      : queue(q),
        clock(c),
        started_unix_ms(c.unix_ms()),
        config_reloads(c.unix_ms()),
        process_metrics(c),
        recent_refusals(workers),
        client_counters(workers),
        counters(workers),
        event_counters(workers) {}

  queue::Queue& queue;
  const Clock& clock;
  const std::int64_t started_unix_ms;
  std::string storage_path;   ///< of the event log's file; empty: it is in memory
  std::uint16_t port = 8090;  ///< of server.port, for an example where the client does not say how it reached us
  const confirm::Confirmers* confirmers = nullptr;  ///< null: TCP decides what was delivered, whoever scrapes
  Reload reload;                                    ///< set before requests come in
  Readiness readiness;
  ConfigReloads config_reloads;
  ProcessMetrics process_metrics;
  ForwardingWatch forwarding_watch;
  HookCounters hook_counters;
  SharedScrapers shared_scrapers;
  RefusalWatch refused_events;
  RefusalWatch refused_scrapes;
  RefusalWatch refused_access;
  std::vector<RecentRefusals> recent_refusals;                ///< one for each worker, by its number
  http::MemoryBudget memory{std::size_t{256} * 1024 * 1024};  ///< the server sets its limit (server.max_memory_mib)
  ScrapeRefusals scrape_refusals;
  ProxyWatch proxy_watch;
  RateLimit rate_limit;
  RateLimit client_rate_limit;  ///< of those with a rate of their own
  TokenBucket requests;         ///< rate_limit of the web config: all clients together
  http::TlsStatistics tls;
  SeriesLimit series_limit;
  access::PasswordThread passwords;
  AuthFailures auth_failures;
  ClientCounters client_counters;
  std::vector<Counters> counters;  ///< one for each worker, by its number
  EventCounterBook event_counters;
  std::vector<const http::Statistics*> http_statistics;  ///< one for each thread that serves connections
};

}  // namespace oneshot::app
