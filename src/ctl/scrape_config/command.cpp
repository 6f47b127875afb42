// SPDX-License-Identifier: MIT
#include "ctl/scrape_config/command.hpp"

#include "ctl/call.hpp"
#include "ctl/print.hpp"
#include "ctl/scrape_config/job.hpp"
#include "ctl/text/duration.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::string_view interval_option = "--interval";
constexpr std::string_view timestamps_option = "--timestamps";

constexpr Option options[] = {
    {interval_option, "DURATION", "scrape_interval (15s)"},
    {timestamps_option, "", "for a server with events.use_explicit_timestamps"},
};

int run_scrape_config(const Call& call) {
  if (call.words().size() != 1) return refuse("scrape-config: the name of one scraper must follow, such as prom-a");
  ScrapeJob job{.scraper = std::string(call.words().front())};
  if (const auto good = check_scraper_name(job.scraper); !good) return refuse(good.error());
  if (const auto interval = call.value_of(interval_option)) {
    if (const auto good = parse_duration(*interval); !good || good->count() == 0)
      return refuse("--interval: must be a duration as Prometheus has it, such as 15s or 1m30s");
    job.interval = *interval;
  }
  job.explicit_timestamps = call.has(timestamps_option);
  const auto server = target_for_others(call);
  return server ? print(job_yaml(job, call, *server)) : refuse(server.error());
}

}  // namespace

Command scrape_config_command() noexcept {
  return {.name = "scrape-config",
          .arguments = "NAME [OPTION]...",
          .summary = "print the job for prometheus.yml by which a Prometheus scrapes as NAME",
          .details =
              "Asks nobody. The address and the credentials of the job are those of the options by which this\n"
              "program would ask the server; files are named as Prometheus has to find them. Give each\n"
              "Prometheus a NAME of its own: two that share one share the events.\n",
          .example =
              "oneshotctl scrape-config prom-a --url https://events.example:8090 --token-file /etc/prometheus/token\n",
          .options = options,
          .run = run_scrape_config};
}

}  // namespace oneshot::ctl
