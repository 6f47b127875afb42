// SPDX-License-Identifier: MIT
#include "ctl/check/limit_rules.hpp"

#include "ctl/text/duration.hpp"

namespace oneshot::ctl {
namespace {

// docs/prometheus.md: the server's own metrics, which come with the events of each scrape.
constexpr std::uint64_t own_samples = 65;
constexpr std::uint64_t own_samples_per_scraper = 13;
constexpr std::uint64_t added_labels = 3;  // __name__, job, instance

void check_sample_limit(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  const auto limit = job.limit("sample_limit");
  const std::uint64_t scrapers = std::max<std::uint64_t>(1, facts.names.size());
  const std::uint64_t needed = facts.max_events_per_scrape + own_samples + own_samples_per_scraper * scrapers;
  if (!limit || *limit >= needed) return;
  findings.push_back(
      job.error("sample_limit", "sample_limit " + std::to_string(*limit) + " is below " + std::to_string(needed) +
                                    ", which a scrape can have: it is thrown away then, with its events; "
                                    "raise it, or lower scrapers.max_events_per_scrape (" +
                                    std::to_string(facts.max_events_per_scrape) + ')'));
}

void check_size(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  const auto limit = job.limit("body_size_limit");
  if (!limit || *limit > facts.max_scrape_bytes) return;
  findings.push_back(job.error("body_size_limit", "body_size_limit " + std::to_string(*limit) +
                                                      " bytes is not above scrapers.max_scrape_bytes (" +
                                                      std::to_string(facts.max_scrape_bytes) +
                                                      "): a scrape over it is thrown away, with its events"));
}

struct LabelLimit {
  std::string_view of_prometheus;
  std::string_view of_server;
  unsigned Facts::*allowed;
  std::uint64_t added;
};

constexpr LabelLimit label_limits[] = {
    {"label_limit", "max_labels", &Facts::max_labels, added_labels},
    {"label_name_length_limit", "max_label_name_bytes", &Facts::max_label_name_bytes, 0},
    {"label_value_length_limit", "max_label_value_bytes", &Facts::max_label_value_bytes, 0},
};

void check_label_limits(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  for (const LabelLimit& one : label_limits) {
    const auto limit = job.limit(one.of_prometheus);
    if (!limit) continue;
    const std::uint64_t allowed = facts.*one.allowed;
    if (allowed != 0 && allowed + one.added <= *limit) continue;
    std::string text(one.of_prometheus);
    text.append(": one event over it costs all events of its scrape; write events.").append(one.of_server);
    text.append(" = ").append(std::to_string(*limit > one.added ? *limit - one.added : 1));
    text += " into the server's config, so that it is refused at the door";
    findings.push_back(job.warning(one.of_prometheus, text));
  }
}

void check_interval(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  constexpr std::chrono::minutes usual(1);
  const auto interval = job.duration("scrape_interval").value_or(usual);
  if (interval < facts.idle_timeout) return;
  findings.push_back(job.warning(
      "scrape_interval", "its interval of " + duration_in_words(interval) +
                             " is not below server.idle_timeout_seconds (" + duration_in_words(facts.idle_timeout) +
                             "): its connection is closed before it comes again; raise that"));
}

}  // namespace

void check_limits(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  check_sample_limit(job, facts, findings);
  check_size(job, facts, findings);
  check_label_limits(job, facts, findings);
  check_interval(job, facts, findings);
}

}  // namespace oneshot::ctl
