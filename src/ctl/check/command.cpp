// SPDX-License-Identifier: MIT
#include "ctl/check/command.hpp"

#include "ctl/call.hpp"
#include "ctl/check/rules.hpp"
#include "ctl/print.hpp"
#include "settings/read_file.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::size_t longest_file = std::size_t{16} << 20;

constexpr Option options[] = {config_option, json_option};

Result<std::vector<ScrapedJob>> jobs_in(Call::Texts files, const Facts& facts) {
  std::vector<ScrapedJob> jobs;
  for (const std::string_view file : files) {
    const auto text = settings::read_regular_file(std::string(file), longest_file);
    if (!text) return Unexpected{text.error()};
    const auto document = yaml::parse_document(*text, file);
    if (!document) return Unexpected{document.error()};
    for (const ScrapedJob& job : jobs_of(std::string(file), *document, facts)) jobs.push_back(job);
  }
  return jobs;
}

Finding nobody_scrapes(Call::Texts files, const Facts& facts) {
  return {std::string(files.front()), 0, Finding::Weight::error,
          "no job scrapes " + facts.host_port +
              " or names a scraper; oneshotctl scrape-config NAME prints one (--url says where the server is)"};
}

int run_check(const Call& call) {
  if (call.words().empty())
    return refuse("check: the name of a file must follow, such as /etc/prometheus/prometheus.yml");
  const auto facts = facts_of(call);
  if (!facts) return refuse(facts.error());
  const auto jobs = jobs_in(call.words(), *facts);
  if (!jobs) return fail(jobs.error());
  Findings findings = check_jobs(*jobs, *facts);
  if (jobs->empty()) findings.push_back(nobody_scrapes(call.words(), *facts));
  return report(findings, call.has(json_option.name));
}

}  // namespace

Command check_command() noexcept {
  return {
      .name = "check",
      .arguments = "FILE... [OPTION]...",
      .summary = "say what of a prometheus.yml does not fit the server",
      .details =
          "Reads the jobs that scrape the server (a target is the host and port of --url, or the job has\n"
          "params.scraper), and says in one line each what costs events or makes them hard to find: a name\n"
          "that is missing or used twice, limits that are too low, honor_labels, https, and with explicit\n"
          "timestamps what belongs to these. Asks nobody. Nothing is said of a config that is good.\n"
          "\n"
          "Exit status 0: no error, perhaps warnings. 1: an error, or a file that cannot be read.\n",
      .example = "oneshotctl check /etc/prometheus/prometheus.yml --config /etc/oneshot-metrics-server/config.toml\n",
      .options = options,
      .run = run_check};
}

}  // namespace oneshot::ctl
