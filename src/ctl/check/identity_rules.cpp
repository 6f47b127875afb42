// SPDX-License-Identifier: MIT
#include "ctl/check/identity_rules.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"
#include "ctl/scrape_config/job.hpp"

namespace oneshot::ctl {
namespace {

void check_name(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  const std::vector<std::string> names = job.scrapers();
  if (names.empty()) {
    findings.push_back(job.warning("params",
                                   "it scrapes without a name, and is known by its address, which may change; "
                                   "write params: {scraper: [prom-a]}"));
    return;
  }
  if (names.size() > 1)
    findings.push_back(job.error("params", "params.scraper must be one name: the server refuses two"));
  if (const auto good = check_scraper_name(names.front()); !good) findings.push_back(job.error("params", good.error()));
  if (!facts.settings_known || std::ranges::find(facts.names, names.front()) != facts.names.end()) return;
  findings.push_back(job.warning("params", quoted(names.front()) +
                                               " is not in scrapers.names of the server's config: no "
                                               "events wait for it before it first comes"));
}

void check_parameters(const ScrapedJob& job, Findings& findings) {
  constexpr std::array<std::string_view, 4> known{"scraper", "since", "events", "peek"};
  const yaml::Node* const params = job.find("params");
  if (params == nullptr) return;
  for (const auto& [name, value] : params->members) {
    if (value->kind != yaml::Node::Kind::list)
      findings.push_back(job.error("params", "params." + printable(name) + " must be a list, such as [prom-a]"));
    if (std::ranges::find(known, name) == known.end())
      findings.push_back(
          job.error("params", "the server refuses the parameter " + quoted(name) + " with 400: leave it out"));
  }
  if (params->member("peek") != nullptr)
    findings.push_back(job.error("params", "peek only looks, so that no event is ever delivered: leave it out"));
  if (params->member("since") != nullptr)
    findings.push_back(job.warning("params",
                                   "only a scraper that is new gets older events by since: one that is known goes on "
                                   "where it is, and one that was forgotten gets them again after a restart of the "
                                   "server; keep its name in scrapers.names, where none is forgotten"));
}

void check_way(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  const bool https = job.text("scheme") == "https";
  if (facts.https && !https) findings.push_back(job.error("scheme", "the server speaks TLS; write scheme: https"));
  if (facts.web_config && !facts.https && !https)
    findings.push_back(
        job.warning("scheme", "server.web_config_file is set; if it has a certificate, write scheme: https"));
  for (const std::string_view key : {"proxy_url", "proxy_from_environment"}) {
    if (!job.text(key).empty() && job.text(key) != "false")
      findings.push_back(
          job.warning(key, "a proxy takes the answer for Prometheus, which may never get it; scrape without"));
  }
}

}  // namespace

void check_identity(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  check_name(job, facts, findings);
  check_parameters(job, findings);
  check_way(job, facts, findings);
}

void check_shared_names(std::span<const ScrapedJob> jobs, Findings& findings) {
  std::map<std::string, const ScrapedJob*> first;
  for (const ScrapedJob& job : jobs) {
    for (const std::string& name : job.scrapers()) {
      const auto [other, is_new] = first.emplace(name, &job);
      if (is_new || other->second == &job) continue;
      findings.push_back(job.error("params", "it has the scraper's name " + quoted(name) + ", as job " +
                                                 quoted(other->second->name()) +
                                                 " has: each event reaches one of the two; give each its own"));
    }
  }
}

}  // namespace oneshot::ctl
