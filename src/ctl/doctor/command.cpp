// SPDX-License-Identifier: MIT
#include "ctl/doctor/command.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "ctl/doctor/prometheus_findings.hpp"
#include "ctl/doctor/server_findings.hpp"
#include "ctl/print.hpp"
#include "ctl/server/http.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::string_view prometheus_option = "--prometheus";

constexpr Option options[] = {
    {prometheus_option, "URL", "ask this Prometheus too: its config, its targets, its clock"},
    config_option,
    json_option,
};

void append(Findings& findings, const Findings& more) { findings.insert(findings.end(), more.begin(), more.end()); }

void cannot_ask(Findings& findings, const char* whom, const std::string& why) {
  findings.push_back({whom, 0, Finding::Weight::error, why});
}

/// The scrapers that the server knows.
std::vector<Scraper> ask_server(Target target, Findings& findings) {
  Api api(std::move(target));
  const std::int64_t before = system_clock().unix_ms();
  const auto status = api.get("/api/v1/status");
  const std::int64_t now = (before + system_clock().unix_ms()) / 2;
  if (!status) {
    cannot_ask(findings, "server", status.error());
    return {};
  }
  append(findings, server_findings(*status, now));
  return scrapers_of(*status);
}

/// How many samples it has beside events: more than its config tells, where clients or webhooks are gone from that. One
/// more is oneshot_batch, which this look has not. 0: it does not say.
std::uint64_t count_samples(const Target& target) {
  Http http(target);
  const auto answer = http.ask({"GET", "/metrics?events=0"});
  if (!answer || answer->status != 200) return 0;
  std::uint64_t samples = 1;
  for (std::size_t at = 0; at < answer->body.size();
       at = std::min(answer->body.find('\n', at), answer->body.size()) + 1)
    if (answer->body[at] != '#' && answer->body[at] != '\n') ++samples;
  return samples;
}

/// Without the credentials that are for the server.
void ask_prometheus(const std::string& url, const Target& server, const Facts& facts,
                    const std::vector<Scraper>& scrapers, Findings& findings) {
  Target target;
  target.url = url;
  target.cacert = server.cacert;
  target.timeout = server.timeout;
  Api api(std::move(target));
  const auto more = prometheus_findings(api, facts, scrapers);
  if (more) {
    append(findings, *more);
  } else {
    cannot_ask(findings, "prometheus", more.error());
  }
}

int run_doctor(const Call& call) {
  if (!call.words().empty()) return refuse("doctor takes no word; --url and --prometheus say whom to ask");
  const auto target = target_of(call);
  if (!target) return refuse(target.error());
  auto facts = facts_of(call);
  if (!facts) return refuse(facts.error());
  const auto typed = call.value_of(prometheus_option);
  const auto prometheus = typed ? server_url(*typed, "--prometheus") : Result<std::string>("");
  if (!prometheus) return refuse(prometheus.error());
  Findings findings;
  const std::vector<Scraper> scrapers = ask_server(*target, findings);
  if (typed) facts->seen_samples = count_samples(*target);
  if (typed) ask_prometheus(*prometheus, *target, *facts, scrapers, findings);
  return report(findings, call.has(json_option.name));
}

}  // namespace

Command doctor_command() noexcept {
  return {.name = "doctor",
          .arguments = "[--prometheus URL] [OPTION]...",
          .summary = "say what is wrong with the server and its Prometheus, and what to do",
          .details =
              "A line for each finding, and nothing where all is well. Of the server: is it ready, is its log nearly\n"
              "full or its disk broken, who does not come or does not get its batches, what was refused lately. Of a\n"
              "Prometheus: does it scrape the server and under which name, the rules of `oneshotctl check` for the\n"
              "config that it runs with, is the target up. Of both: is the clock apart from this machine's.\n"
              "\n"
              "Exit status 0: no error, perhaps warnings. 1: an error, or one of them cannot be asked.\n",
          .example = "oneshotctl doctor --prometheus http://localhost:9090\n",
          .options = options,
          .run = run_doctor};
}

}  // namespace oneshot::ctl
