// SPDX-License-Identifier: MIT
#include "ctl/doctor/server_findings.hpp"

#include <cstdlib>

#include "base/text.hpp"
#include "ctl/cluster/cluster.hpp"
#include "ctl/scrapers/scraper.hpp"
#include "ctl/server/fields.hpp"
#include "ctl/text/duration.hpp"
#include "ctl/text/local_time.hpp"
#include "ctl/text/plain.hpp"

namespace oneshot::ctl {
namespace {

constexpr const char* server = "server";
constexpr std::int64_t away_after_ms = 300'000;
constexpr std::int64_t apart_ms = 2000;

void error(Findings& findings, const std::string& text) {
  findings.push_back({server, 0, Finding::Weight::error, text});
}
void warning(Findings& findings, const std::string& text) {
  findings.push_back({server, 0, Finding::Weight::warning, text});
}

void check_readiness(const json::Value& status, Findings& findings) {
  for (const std::string& reason : texts_at(status, "not_ready"))
    error(findings, "it is not ready: " + plain(reason, longest_explanation));
}

void check_storage(const json::Value& status, Findings& findings) {
  const auto storage = status.member("storage");
  if (!storage) return;
  const bool is_file = text_at(*storage, "kind") != "cluster";  // else the reason why it is not ready has said it
  if (is_file && flag_at(*storage, "failed"))
    error(findings, "the disk has failed to take events of " + quoted(text_at(*storage, "path"), 200) +
                        ": its log says why; events are in memory only until it is started again");
  const std::int64_t used = whole_at(*storage, "used_bytes");
  const std::int64_t capacity = whole_at(*storage, "capacity_bytes");
  if (capacity > 0 && used > capacity / 16 * 15)
    warning(findings,
            "the log is nearly full (" + std::to_string(used >> 20) + " of " + std::to_string(capacity >> 20) +
                " MiB): oneshotctl top says of what, oneshotctl scrapers for whom; raise storage.capacity_mib");
}

/// What the reasons why it is not ready have not said.
void check_trouble(const json::Value& status, const std::string& trouble, Findings& findings) {
  if (trouble.empty()) return;
  for (const std::string& reason : texts_at(status, "not_ready"))
    if (plain(reason, longest_explanation).find(trouble) != std::string::npos) return;
  error(findings, "the cluster's log: " + trouble);
}

void check_cluster(const json::Value& status, Findings& findings) {
  const auto cluster = cluster_of(status);
  if (!cluster) return;
  check_trouble(status, cluster->trouble, findings);
  if (!cluster->connected)
    error(findings, cluster->engine() + ": its log says which nodes it tries, and what they said");
  if (cluster->settings_differ)
    warning(findings, "replica " + cluster->replica +
                          " has other settings than those that the cluster acts by: make those of all replicas equal");
  for (const Cluster::Replica& one : cluster->replicas)
    if (one.silent)
      warning(findings, "replica " + one.name + " was heard last " +
                            ago(one.heard_unix_ms, whole_at(status, "now_unix_ms")) +
                            ": is it down? The others forget it after five minutes");
}

/// Of somebody whose events do not get through: one finding, the nearest cause.
/// When a scraper came before the server was started is not known, so a young server has only a warning.
void check_progress(const Scraper& scraper, std::int64_t started_unix_ms, std::int64_t now_unix_ms,
                    Findings& findings) {
  const std::string name = "scraper " + scraper.name;
  if (scraper.last_scrape_unix_ms == 0) {
    const bool is_young = now_unix_ms - started_unix_ms < away_after_ms;
    (is_young ? warning : error)(
        findings, name + " has not come since the server was started " + ago(started_unix_ms, now_unix_ms) +
                      "; for it so far: " + events_in_words(scraper.waiting) + "; oneshotctl scrape-config " +
                      scraper.name + " prints the job for its Prometheus");
  } else if (now_unix_ms - scraper.last_scrape_unix_ms > away_after_ms) {
    error(findings, name + " came last " + ago(scraper.last_scrape_unix_ms, now_unix_ms) + ", and " +
                        events_in_words(scraper.waiting) + (scraper.waiting == 1 ? " waits" : " wait") +
                        " for it: start it, or oneshotctl " + (scraper.named ? "skip " : "forget ") + scraper.name);
  } else if (scraper.last_batch && !scraper.last_batch->delivered() && !scraper.holds_events()) {
    warning(findings, name + " did not get its last batch (" + scraper.last_batch->text() +
                          "), which goes out again; if that goes on, raise its scrape_timeout and limits");
  }
}

void check_confirmation(const Scraper& scraper, std::int64_t now_unix_ms, Findings& findings) {
  if (!scraper.confirmation) return;
  const std::string trouble = scraper.confirmation->trouble(scraper.name, now_unix_ms);
  if (trouble.empty()) return;
  (scraper.holds_events() ? error : warning)(findings, "scraper " + scraper.name + ": " + trouble);
}

void check_scraper(const Scraper& scraper, std::int64_t started_unix_ms, std::int64_t now_unix_ms, Findings& findings) {
  check_progress(scraper, started_unix_ms, now_unix_ms, findings);
  check_confirmation(scraper, now_unix_ms, findings);
  const std::string name = "scraper " + scraper.name;
  if (scraper.shared)
    error(findings, name + " seems to be two Prometheus, which share its events: give each a name of its own");
  if (scraper.dropped_full > 0)
    error(findings, name + " has lost " + events_in_words(scraper.dropped_full) +
                        " since the start, as the log was full: raise storage.capacity_mib, or let it come more often");
  if (scraper.dropped_refused > 0)
    error(findings, name + " does not store " + events_in_words(scraper.dropped_refused) +
                        ", for a limit of its own: the server's log names them");
}

void check_refusals(const json::Value& status, Findings& findings) {
  const auto refusals = list_at(status, "refusals");
  if (refusals.empty()) return;
  const json::Value& newest = refusals.back();
  warning(findings, "requests were refused lately, the newest from " + printable(text_at(newest, "peer")) + " at " +
                        local_time(whole_at(newest, "unix_ms")) + " with " +
                        std::to_string(whole_at(newest, "status")) + ": " + plain(text_at(newest, "text")));
}

}  // namespace

void compare_clocks(const std::string& where, std::int64_t unix_ms, std::int64_t now_unix_ms, Findings& findings) {
  const std::int64_t apart = unix_ms - now_unix_ms;
  if (std::abs(apart) <= apart_ms) return;
  findings.push_back({where, 0, Finding::Weight::error,
                      "its clock is " + duration_in_words(std::chrono::milliseconds(std::abs(apart))) +
                          (apart > 0 ? " ahead of" : " behind") + " this machine's: have both set by NTP"});
}

Findings server_findings(const json::Value& status, std::int64_t now_unix_ms) {
  Findings findings;
  check_readiness(status, findings);
  check_storage(status, findings);
  check_cluster(status, findings);
  const std::int64_t server_now = whole_at(status, "now_unix_ms");
  const std::vector<Scraper> scrapers = scrapers_of(status);
  if (scrapers.empty()) error(findings, "nobody scrapes it: oneshotctl scrape-config NAME prints a job for Prometheus");
  const std::int64_t started = whole_at(status, "started_unix_ms");
  for (const Scraper& scraper : scrapers) check_scraper(scraper, started, server_now, findings);
  check_refusals(status, findings);
  compare_clocks(server, server_now, now_unix_ms, findings);
  return findings;
}

}  // namespace oneshot::ctl
