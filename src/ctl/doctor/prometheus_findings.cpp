// SPDX-License-Identifier: MIT
// Prometheus' API: https://prometheus.io/docs/prometheus/latest/querying/api/
#include "ctl/doctor/prometheus_findings.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "ctl/check/rules.hpp"
#include "ctl/doctor/server_findings.hpp"
#include "ctl/server/fields.hpp"
#include "ctl/text/plain.hpp"

namespace oneshot::ctl {
namespace {

constexpr const char* where = "prometheus";

Finding error(const std::string& text) { return {where, 0, Finding::Weight::error, text}; }

Result<std::vector<ScrapedJob>> jobs_of_running(Api& prometheus, const Facts& facts) {
  const auto answer = prometheus.get("/api/v1/status/config");
  if (!answer) return Unexpected{answer.error()};
  const auto yaml = answer->at_pointer("/data/yaml");
  const auto document = yaml::parse_document(yaml ? yaml->text().value_or("") : "", where);
  if (!document) return Unexpected{document.error()};
  return jobs_of(where, *document, facts);
}

/// The lines are those of a text that Prometheus wrote, which nobody sees.
void drop_lines(Findings& findings) {
  for (Finding& finding : findings) finding.line = 0;
}

void check_known(const std::vector<ScrapedJob>& jobs, const std::vector<Scraper>& scrapers, Findings& findings) {
  for (const ScrapedJob& job : jobs) {
    for (const std::string& name : job.scrapers()) {
      const auto found = std::ranges::find(scrapers, name, &Scraper::name);
      if (found == scrapers.end() || found->last_scrape_unix_ms == 0)
        findings.push_back(error("job " + quoted(job.name()) + ": the server has not been scraped as " + quoted(name) +
                                 ": does the job reach this server?"));
    }
  }
}

Result<void> check_targets(Api& prometheus, const std::vector<ScrapedJob>& jobs, Findings& findings) {
  const auto answer = prometheus.get("/api/v1/targets?state=active");
  if (!answer) return Unexpected{answer.error()};
  const auto data = answer->member("data");
  if (!data) return {};
  for (const json::Value& target : list_at(*data, "activeTargets")) {
    const std::string pool = text_at(target, "scrapePool");
    const bool ours = std::ranges::any_of(jobs, [&](const ScrapedJob& job) { return job.name() == pool; });
    if (ours && text_at(target, "health") == "down")
      findings.push_back(error("job " + quoted(pool) + ": " + printable(text_at(target, "scrapeUrl"), 200) +
                               " is down: " + plain(text_at(target, "lastError"))));
  }
  return {};
}

Result<void> check_clock(Api& prometheus, Findings& findings) {
  const std::int64_t before = system_clock().unix_ms();
  const auto answer = prometheus.get("/api/v1/query?query=time()");
  if (!answer) return Unexpected{answer.error()};
  const std::int64_t now = (before + system_clock().unix_ms()) / 2;
  const auto seconds = answer->at_pointer("/data/result/0");
  const auto number = seconds ? seconds->number() : std::nullopt;
  if (number) compare_clocks(where, static_cast<std::int64_t>(*number * 1000), now, findings);
  return {};
}

}  // namespace

Result<Findings> prometheus_findings(Api& prometheus, const Facts& facts, const std::vector<Scraper>& scrapers) {
  const auto jobs = jobs_of_running(prometheus, facts);
  if (!jobs) return Unexpected{jobs.error()};
  if (jobs->empty())
    return Findings{error("no job scrapes " + facts.host_port +
                          " or names a scraper: oneshotctl scrape-config NAME prints "
                          "one for its prometheus.yml")};
  Findings findings = check_jobs(*jobs, facts);
  drop_lines(findings);
  check_known(*jobs, scrapers, findings);
  if (const auto checked = check_targets(prometheus, *jobs, findings); !checked) return Unexpected{checked.error()};
  if (const auto checked = check_clock(prometheus, findings); !checked) return Unexpected{checked.error()};
  return findings;
}

}  // namespace oneshot::ctl
