// SPDX-License-Identifier: MIT
#include "ctl/check/limit_rules.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "ctl/check/own_samples.hpp"
#include "ctl/text/duration.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::uint64_t added_labels = 3;  // __name__, job, instance

/// The scrapers that are known for sure: those of the config, and that of the job.
std::uint64_t known_scrapers(const ScrapedJob& job, const Facts& facts) {
  std::set<std::string> names(facts.names.begin(), facts.names.end());
  for (const std::string& name : job.scrapers()) names.insert(name);
  return std::max<std::uint64_t>(1, names.size());
}

std::string too_low(std::uint64_t limit, std::uint64_t needed, const char* why, const Facts& facts) {
  return "sample_limit " + std::to_string(limit) + " is below " + std::to_string(needed) + why +
         ": it is thrown away then, with its events; raise it, or lower scrapers.max_events_per_scrape (" +
         std::to_string(facts.max_events_per_scrape) + ')';
}

/// Every scraper that comes has samples of its own in the scrapes of all, also one that nobody named.
void check_sample_limit(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  const auto limit = job.limit("sample_limit");
  if (!limit) return;
  const std::uint64_t known = facts.own_samples + samples_per_scraper * known_scrapers(job, facts);
  const std::uint64_t needed = facts.max_events_per_scrape + std::max(known, facts.seen_samples);
  const std::uint64_t others = facts.max_unnamed * samples_per_scraper + samples_of_forgotten;
  const std::uint64_t most = facts.max_events_per_scrape + std::max(known + others, facts.seen_samples);
  if (*limit < needed) {
    findings.push_back(job.error("sample_limit", too_low(*limit, needed, ", which a scrape can have", facts)));
  } else if (*limit < most && facts.max_unnamed > 0) {
    const std::string why = ", which a scrape can have when more scrapers come (scrapers.max allows " +
                            std::to_string(facts.max_unnamed) + " that are not in scrapers.names)";
    findings.push_back(job.warning("sample_limit", too_low(*limit, most, why.c_str(), facts)));
  }
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
