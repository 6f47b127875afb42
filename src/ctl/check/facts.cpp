// SPDX-License-Identifier: MIT
#include "ctl/check/facts.hpp"

#include "ctl/check/own_samples.hpp"
#include "ctl/server/target.hpp"
#include "settings/sources/load_toml.hpp"

namespace oneshot::ctl {
namespace {

void take_over(Facts& facts, const settings::Settings& settings) {
  facts.max_events_per_scrape = settings.queue.max_events_per_scrape;
  facts.max_scrape_bytes = settings.queue.max_scrape_bytes;
  facts.idle_timeout = settings.net.idle_timeout;
  facts.timestamp_max_age = settings.app.timestamp_max_age;
  facts.explicit_timestamps = settings.queue.explicit_timestamps;
  facts.web_config = !settings.web_config_file.empty();
  facts.names = settings.queue.names;
  facts.max_unnamed = settings.queue.max_unnamed;
  facts.own_samples = samples_without_scrapers(settings);
  facts.max_labels = settings.app.event.max_labels;
  facts.max_label_name_bytes = settings.app.event.max_label_name_bytes;
  facts.max_label_value_bytes = settings.app.event.max_label_value_bytes;
}

/// Without a port it is that of the scheme, as Prometheus has it.
std::string host_port_of(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  std::string place(url.substr(host, url.find('/', host) - host));
  const std::size_t colon = place.rfind(':');
  const bool has_port = colon != std::string::npos && place.find(']', colon) == std::string::npos;
  if (!has_port) place += url.starts_with("https://") ? ":443" : ":80";
  return place;
}

}  // namespace

Result<Facts> facts_of(const Call& call) {
  const auto target = target_for_others(call);
  if (!target) return Unexpected{target.error()};
  Facts facts;
  facts.host_port = host_port_of(target->url);
  facts.https = target->url.starts_with("https://");
  const auto file = call.value_of(config_option.name);
  facts.settings_known = file.has_value();
  const auto settings = file ? settings::load_toml(std::string(*file), {}) : Result<settings::Settings>({});
  if (!settings) return Unexpected{settings.error()};
  take_over(facts, *settings);
  return facts;
}

}  // namespace oneshot::ctl
