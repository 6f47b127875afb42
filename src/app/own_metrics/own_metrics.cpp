// SPDX-License-Identifier: MIT
#include "app/own_metrics/own_metrics.hpp"

#include <algorithm>
#include <cstddef>
#include <map>

#include "app/own_metrics/cluster_metrics.hpp"
#include "app/own_metrics/snapshot.hpp"
#include "base/version.hpp"
#include "exposition/writer.hpp"

namespace oneshot::app {
namespace {

using exposition::MetricType;
using exposition::SampleValue;
using exposition::Writer;
using queue::QueueStatistics;
using queue::ScraperStatistics;

/// A family with one sample for each known scraper.
template <class ValueOf>
void per_scraper(Writer& writer, const QueueStatistics& queue, std::string_view name, MetricType type,
                 std::string_view help, ValueOf value_of) {
  writer.family(name, type, help);
  for (const ScraperStatistics& scraper : queue.scrapers)
    writer.sample(name, {{"scraper", scraper.name}}, SampleValue(value_of(scraper)));
}

std::string known_scrapers(const QueueStatistics& queue) {
  std::string names;
  for (const ScraperStatistics& scraper : queue.scrapers)
    names.append(names.empty() ? "known scrapers: " : ", ").append(scraper.name);
  return names.empty() ? "known scrapers: none; nobody has scraped yet, and scrapers.names has none" : names;
}

void append_legacy(Writer& writer, const Snapshot& snapshot, const ThisScrape& scrape) {
  writer.single("events_to_metrics_event_count", MetricType::counter,
                "Events accepted since the start (legacy name of oneshot_events_accepted_total).", snapshot.accepted);
  per_scraper(writer, snapshot.queue, "events_to_metrics_scraper_counts", MetricType::gauge,
              "Events that waited for this scraper when this scrape came, those in its batch included (legacy name; "
              "see oneshot_events_waiting).",
              [&](const ScraperStatistics& s) { return s.waiting + (s.name == scrape.scraper ? scrape.batch : 0); });
}

void append_event_totals(Writer& writer, const Snapshot& snapshot) {
  writer.single("oneshot_events_accepted_total", MetricType::counter, "Events accepted since the start.",
                snapshot.accepted);
  writer.single("oneshot_events_duplicate_total", MetricType::counter,
                "Events not stored again, since their idempotency key came with an equal event before.",
                snapshot.duplicates);
  constexpr std::string_view rejected = "oneshot_events_rejected_total";
  writer.family(rejected, MetricType::counter,
                "Events refused since the start, by what was wrong with them (requests refused as HTTP, such as a body "
                "that is too large, count in oneshot_http_responses_total alone).");
  for (std::size_t i = 0; i < snapshot.rejected.size(); ++i)
    writer.sample(rejected, {{"reason", event::reason_name(static_cast<event::Reason>(i))}}, snapshot.rejected[i]);
}

// Of no use to those who have no hooks.
void append_hooks(Writer& writer, const HookCounters& counters) {
  constexpr std::string_view name = "oneshot_webhook_events_total";
  const auto hooks = counters.all();
  if (hooks.empty()) return;
  writer.family(name, MetricType::counter,
                "Events that came in by a webhook since the start, by what became of them; refused counts requests of "
                "which nothing was stored.");
  for (const auto& [hook, counts] : hooks) {
    for (std::size_t i = 0; i < counts.size(); ++i)
      writer.sample(name, {{"hook", hook}, {"outcome", outcome_name(static_cast<HookOutcome>(i))}}, counts[i]);
  }
}

void append_clients(Writer& writer, const Services& services) {
  constexpr std::string_view failures = "oneshot_auth_failures_total";
  writer.family(failures, MetricType::counter,
                "Requests refused since their client showed no credentials, wrong ones, or lacks the right.");
  for (std::size_t i = 0; i < auth_failure_names.size(); ++i)
    writer.sample(failures, {{"reason", auth_failure_names[i]}}, services.auth_failures.count_at(i));
  // Of no use to those who tell no client from others.
  const auto clients = services.client_counters.all();
  if (clients.empty()) return;
  constexpr std::string_view accepted = "oneshot_client_events_accepted_total";
  writer.family(accepted, MetricType::counter, "Events accepted since the start, by the client that sent them.");
  for (const auto& [client, events] : clients) writer.sample(accepted, {{"client", client}}, events);
}

void append_deliveries(Writer& writer, const QueueStatistics& queue) {
  per_scraper(writer, queue, "oneshot_events_waiting", MetricType::gauge,
              "Events accepted and not yet in a batch of this scraper.",
              [](const ScraperStatistics& s) { return s.waiting; });
  per_scraper(writer, queue, "oneshot_events_in_flight", MetricType::gauge,
              "Events in a batch that was sent to this scraper and whose receipt is not known yet.",
              [](const ScraperStatistics& s) { return s.in_flight; });
  per_scraper(writer, queue, "oneshot_events_delivered_total", MetricType::counter,
              "Events that this scraper has surely received.", [](const ScraperStatistics& s) { return s.delivered; });
  per_scraper(writer, queue, "oneshot_events_redelivered_total", MetricType::counter,
              "Events sent to this scraper once more, because the batch before did not arrive.",
              [](const ScraperStatistics& s) { return s.redelivered; });
  per_scraper(writer, queue, "oneshot_events_given_up_total", MetricType::counter,
              "Events that count as delivered although they were never read to the end (with explicit timestamps, each "
              "alone three times).",
              [](const ScraperStatistics& s) { return s.given_up; });
  per_scraper(writer, queue, "oneshot_events_replayed_total", MetricType::counter,
              "Events that this scraper gets once more, since somebody asked for them to be sent again.",
              [](const ScraperStatistics& s) { return s.replayed; });
  constexpr std::string_view batches = "oneshot_batches_total";
  writer.family(batches, MetricType::counter, "Batches with events that went out to this scraper, by how they ended.");
  for (const ScraperStatistics& scraper : queue.scrapers)
    for (std::size_t i = 0; i < scraper.batches.size(); ++i)
      writer.sample(batches, {{"scraper", scraper.name}, {"outcome", queue::batch_end_names[i]}}, scraper.batches[i]);
}

// Of no use to those who ask no store.
void append_proofs(Writer& writer, const QueueStatistics& queue) {
  constexpr std::string_view given_up = "oneshot_proofs_given_up_total";
  if (std::ranges::none_of(queue.scrapers, &ScraperStatistics::confirmed)) return;
  writer.family(given_up, MetricType::counter,
                "Delivered batches whose events had to make room in the log while their store could yet lose them.");
  for (const ScraperStatistics& scraper : queue.scrapers)
    if (scraper.confirmed) writer.sample(given_up, {{"scraper", scraper.name}}, scraper.proofs_given_up);
}

void append_losses(Writer& writer, const QueueStatistics& queue) {
  constexpr std::string_view dropped = "oneshot_events_dropped_total";
  writer.family(
      dropped, MetricType::counter,
      "Events lost for this scraper: the log was full, the scraper was forgotten or refuses this event, a record "
      "was damaged, or somebody had them skipped.");
  for (const ScraperStatistics& scraper : queue.scrapers) {
    writer.sample(dropped, {{"scraper", scraper.name}, {"reason", "full"}}, scraper.dropped_full);
    writer.sample(dropped, {{"scraper", scraper.name}, {"reason", "damaged"}}, scraper.dropped_damaged);
    writer.sample(dropped, {{"scraper", scraper.name}, {"reason", "refused"}}, scraper.dropped_refused);
    writer.sample(dropped, {{"scraper", scraper.name}, {"reason", "skipped"}}, scraper.dropped_skipped);
  }
  std::map<std::string_view, std::uint64_t> forgotten;  // one that was forgotten may be known again
  for (const ScraperStatistics& scraper : queue.scrapers) forgotten[scraper.name] = 0;
  for (const auto& [name, events] : queue.dropped_forgotten) forgotten[name] += events;
  for (const auto& [name, events] : forgotten)
    writer.sample(dropped, {{"scraper", name}, {"reason", "forgotten"}}, events);
  append_proofs(writer, queue);
  writer.single("oneshot_events_unclaimed_total", MetricType::counter,
                "Events stored while nobody scraped, and gone before anybody did.", queue.unclaimed);
}

void append_scrapers(Writer& writer, const QueueStatistics& queue, const Services& services) {
  per_scraper(writer, queue, "oneshot_oldest_waiting_seconds", MetricType::gauge,
              "Age of the oldest event that this scraper has not received yet; 0 where there is none.",
              [](const ScraperStatistics& s) { return s.oldest_waiting_seconds; });
  per_scraper(writer, queue, "oneshot_scraper_last_scrape_timestamp_seconds", MetricType::gauge,
              "When this scraper came last, since unix epoch in seconds; 0 for never.",
              [](const ScraperStatistics& s) { return static_cast<double>(s.last_scrape_unix_ms) / 1000; });
  const SteadyTime now = services.clock.steady();
  per_scraper(writer, queue, "oneshot_scraper_shared", MetricType::gauge,
              "1 if within the last hour two scrapers seemed to use this identity, each taking events from the other.",
              [&](const ScraperStatistics& s) {
                return std::uint64_t{services.shared_scrapers.is_shared(s.name, now) ? 1U : 0U};
              });
  writer.single("oneshot_scrapers", MetricType::gauge, "Scrapers known now.", queue.scrapers.size());
  constexpr std::string_view refused = "oneshot_scrapes_refused_total";
  writer.family(refused, MetricType::counter, "Scrapes that were not let in, by reason.");
  for (std::size_t i = 0; i < scrape_refusal_names.size(); ++i)
    writer.sample(refused, {{"reason", scrape_refusal_names[i]}}, services.scrape_refusals.count_at(i));
  writer.single(
      "oneshot_scrapers_displaced_total", MetricType::counter,
      "New scrapers that lost their places to newer ones, before a second scrape or a receipt had earned them.",
      queue.displaced);
  writer.single("oneshot_scrapers_max", MetricType::gauge, "How many scrapers there may be.", queue.max_scrapers);
}

void append_event_series(Writer& writer, const ThisScrape& scrape) {
  writer.single(
      "oneshot_event_series", MetricType::gauge,
      "Different series of events within the last hour; counted where events.max_series_per_hour is set, else 0.",
      scrape.event_series);
  writer.single("oneshot_event_series_max", MetricType::gauge,
                "How many there may be (events.max_series_per_hour); 0 for no limit.", scrape.max_series);
}

void append_config(Writer& writer, const ConfigReloads& reloads) {
  writer.single("oneshot_config_last_reload_successful", MetricType::gauge,
                "1 if the settings could be taken over when they were last read (at the start, by SIGHUP or by POST "
                "/-/reload), else 0.",
                std::uint64_t{reloads.successful() ? 1U : 0U});
  writer.single("oneshot_config_last_reload_success_timestamp_seconds", MetricType::gauge,
                "When the settings were last taken over, since unix epoch in seconds.",
                static_cast<double>(reloads.success_unix_ms()) / 1000);
}

void append_tls(Writer& writer, const http::TlsStatistics& tls) {
  writer.single(
      "oneshot_web_config_last_reload_successful", MetricType::gauge,
      "1 if server.web_config_file and the files it names could be taken over when they were last read, else 0.",
      std::uint64_t{tls.web_config_good.load(std::memory_order_relaxed) ? 1U : 0U});
  writer.single("oneshot_tls_certificate_expiry_timestamp_seconds", MetricType::gauge,
                "When the server's certificate ends, since unix epoch in seconds; 0 where there is none.",
                static_cast<double>(tls.certificate_expiry.load(std::memory_order_relaxed)));
  writer.single("oneshot_tls_connections", MetricType::gauge, "Connections that are encrypted.",
                tls.connections.load(std::memory_order_relaxed));
  writer.single("oneshot_tls_handshake_errors_total", MetricType::counter,
                "Connections whose TLS handshake failed, or that spoke no TLS.",
                tls.handshake_errors.load(std::memory_order_relaxed));
}

void append_event_log(Writer& writer, const QueueStatistics& queue) {
  writer.single("oneshot_event_log_used_bytes", MetricType::gauge, "Bytes of the event log that hold events.",
                queue.used_bytes);
  writer.single("oneshot_event_log_capacity_bytes", MetricType::gauge, "Size of the event log in bytes.",
                queue.capacity_bytes);
  writer.single("oneshot_event_log_sender_share_ratio", MetricType::gauge,
                "Which part of the events in the event log came from one sender: the greatest.", queue.sender_share);
  writer.single(
      "oneshot_event_log_type_share_ratio", MetricType::gauge,
      "Which part of the events in the event log is of one type (label type, else metric): the greatest, by sample.",
      queue.type_share);
  writer.single(
      "oneshot_leases_ended_total", MetricType::counter,
      "Scrapes and peeks that were reset on their way, since the full event log needed the room of their events.",
      queue.leases_ended);
  writer.single("oneshot_event_log_in_file", MetricType::gauge,
                "1 if the event log is in a file (storage.path), so that what waits survives the program; 0 in memory.",
                std::uint64_t{queue.in_file ? 1U : 0U});
  writer.single(
      "oneshot_event_log_failed", MetricType::gauge,
      "1 if the file of the event log could not be made durable: until the next start its events are not safe.",
      std::uint64_t{queue.failed ? 1U : 0U});
  writer.single("oneshot_event_log_flushes_total", MetricType::counter,
                "Times that the file of the event log was made durable (storage.sync).", queue.flushes);
  writer.single("oneshot_event_log_flush_seconds_total", MetricType::counter,
                "Time that this took in all: a POST waits for it with storage.sync = \"always\".", queue.flush_seconds);
}

void append_server(Writer& writer, const Snapshot& snapshot) {
  writer.single("oneshot_connections", MetricType::gauge, "Connections open now.", snapshot.connections);
  constexpr std::string_view evicted = "oneshot_connections_evicted_total";
  writer.family(evicted, MetricType::counter,
                "Connections closed for newer ones: at server.max_connections or for want of file descriptors, and at "
                "server.max_connections_per_peer.");
  writer.sample(evicted, {{"reason", "full"}}, snapshot.evicted_full);
  writer.sample(evicted, {{"reason", "peer"}}, snapshot.evicted_peer);
  constexpr std::string_view responses = "oneshot_http_responses_total";
  writer.family(responses, MetricType::counter, "HTTP responses by status code.");
  for (std::size_t i = 0; i < snapshot.responses.size(); ++i)
    writer.sample(responses, {{"code", std::to_string(http::statuses[i].code)}}, snapshot.responses[i]);
  constexpr std::string_view build = "oneshot_build_info";
  writer.family(build, MetricType::gauge, "Always 1; what this program was built from.");
  writer.sample(build, {{"version", version()}, {"compiler", compiler()}}, 1);
}

void append_memory(Writer& writer, const Snapshot& snapshot, const http::MemoryBudget& memory) {
  writer.single(
      "oneshot_memory_bytes", MetricType::gauge,
      "What clients make the server hold beyond the fixed share of each connection: large requests, scrapes, replies "
      "that wait for their reader.",
      std::uint64_t{memory.used()});
  writer.single("oneshot_memory_max_bytes", MetricType::gauge, "How much that may be (server.max_memory_mib).",
                std::uint64_t{memory.limit()});
  writer.single("oneshot_memory_refused_total", MetricType::counter,
                "Requests, batches and looks at events refused since that was used up.", memory.refusals());
  writer.single("oneshot_replies_reset_total", MetricType::counter,
                "Connections reset since their client did not read a reply within server.header_timeout_seconds.",
                snapshot.replies_reset);
}

std::uint64_t flag(bool on) { return on ? 1 : 0; }

void append_confirmations(Writer& writer, const std::vector<confirm::Statistics>& scrapers) {
  using confirm::Statistics;
  const auto family = [&](std::string_view name, MetricType type, std::string_view help, auto value_of) {
    writer.family(name, type, help);
    for (const Statistics& one : scrapers)
      writer.sample(name, {{"scraper", one.scraper}}, SampleValue(std::uint64_t{value_of(one)}));
  };
  family("oneshot_batches_confirmed_total", MetricType::counter, "Batches that the scraper's own API has shown.",
         [](const Statistics& s) { return s.confirmed; });
  constexpr std::string_view refuted = "oneshot_batches_refuted_total";
  writer.family(refuted, MetricType::counter,
                "Batches that are not in the scraper's store and went out again, or will: over a limit of the scraper, "
                "absent for another reason, or vanished after they were shown.");
  for (const Statistics& one : scrapers) {
    writer.sample(refuted, {{"scraper", one.scraper}, {"reason", "refused"}}, one.refuted_refused);
    writer.sample(refuted, {{"scraper", one.scraper}, {"reason", "absent"}}, one.refuted_absent);
    writer.sample(refuted, {{"scraper", one.scraper}, {"reason", "vanished"}}, one.refuted_vanished);
  }
  family("oneshot_confirm_up", MetricType::gauge, "1 if the scraper's API answered the last question, else 0.",
         [](const Statistics& s) { return flag(s.up); });
  family(
      "oneshot_confirm_active", MetricType::gauge,
      "1 if the answers of the scraper's API decide what was delivered; 0 before the first oneshot_batch shows there, "
      "and where it does not.",
      [](const Statistics& s) { return flag(s.active); });
  family("oneshot_events_refused_total", MetricType::counter,
         "Events that the scraper does not store though it stores the scrape, also when they are sent again.",
         [](const Statistics& s) { return s.events_refused; });
}

}  // namespace

void append_own_metrics(std::string& out, const exposition::Format& format, const Services& services,
                        const ThisScrape& scrape) {
  const Snapshot snapshot = take_snapshot(services);
  if (scrape.lists_scrapers) format.append_comment(out, known_scrapers(snapshot.queue));
  Writer writer(out, format);
  append_legacy(writer, snapshot, scrape);
  append_event_totals(writer, snapshot);
  append_hooks(writer, services.hook_counters);
  append_clients(writer, services);
  if (scrape.counters != nullptr) scrape.counters->append_to(writer);
  append_deliveries(writer, snapshot.queue);
  append_losses(writer, snapshot.queue);
  append_scrapers(writer, snapshot.queue, services);
  append_event_log(writer, snapshot.queue);
  if (snapshot.queue.cluster) append_cluster(writer, *snapshot.queue.cluster);
  append_event_series(writer, scrape);
  append_server(writer, snapshot);
  append_memory(writer, snapshot, services.memory);
  append_config(writer, services.config_reloads);
  append_tls(writer, services.tls);
  services.process_metrics.append_to(writer);
  if (services.confirmers != nullptr) append_confirmations(writer, services.confirmers->statistics());
}

}  // namespace oneshot::app
