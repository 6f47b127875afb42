// SPDX-License-Identifier: MIT
#include "settings/without_effect.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "settings/key/named_sections.hpp"

namespace oneshot::settings {
namespace {

using access::Right;

const Settings& defaults() {
  static const Settings settings;
  return settings;
}

/// Collects "KEY: WHY: WHAT TO DO".
class Warnings {
 public:
  explicit Warnings(std::vector<std::string>& found) noexcept : found_(found) {}

  void add_if(bool is_so, std::string_view key, std::string_view why) {
    if (is_so) found_.push_back(std::string(key).append(" does nothing: ").append(why));
  }

 private:
  std::vector<std::string>& found_;
};

void look_at_events(const Settings& settings, Warnings& warnings) {
  const app::Options& app = settings.app;
  warnings.add_if(app.rate_limit == 0 && app.rate_burst != defaults().app.rate_burst, "events.rate_burst",
                  "there is no limit. Set events.rate_limit, too, or leave rate_burst out");
  warnings.add_if(app.event.long_values == event::LongValues::truncate && app.event.max_label_value_bytes == 0,
                  "events.long_values = \"truncate\"",
                  "no value is too long. Set events.max_label_value_bytes, too, or leave long_values out");
  warnings.add_if(app.event.max_label_value_bytes >= app.event.max_event_bytes, "events.max_label_value_bytes",
                  "an event with a shorter value is over events.max_event_bytes already. Raise the one or lower the "
                  "other");
  warnings.add_if(app.counter_series == 0 && !app.counter_labels.empty(), "events.counter_labels",
                  "events.counter_series = 0 lets no counter have a series, so all events count as overflow. Raise "
                  "counter_series, or leave counter_labels out");
}

void look_at_times(const Settings& settings, Warnings& warnings) {
  const app::Options& app = settings.app;
  const bool has_timestamps = settings.queue.explicit_timestamps;
  warnings.add_if(!has_timestamps && app.timestamp_max_age != defaults().app.timestamp_max_age,
                  "events.timestamp_max_age_seconds",
                  "events go out without timestamps. Set events.use_explicit_timestamps = true, or leave it out");
  warnings.add_if(has_timestamps && app.event.sender_time == event::SenderTime::refuse,
                  "events.sender_time = \"refuse\"",
                  "with events.use_explicit_timestamps = true an event goes out with its sender's time. Leave one of "
                  "the two out");
  if (has_timestamps || app.event.sender_time != event::SenderTime::refuse) return;
  for (const auto& [name, hook] : settings.webhooks)
    warnings.add_if(!hook.time.empty(), section_title("webhooks", name) + " time",
                    "events.sender_time = \"refuse\" refuses each event that has one. Leave one of the two out");
}

void look_at_keys_of_repeats(const Settings& settings, Warnings& warnings) {
  if (settings.queue.storage.idempotency_keys != 0) return;
  constexpr std::string_view why =
      "events.idempotency_keys = 0 remembers none, so that a repeat is a new event. Raise idempotency_keys, or leave "
      "it out";
  warnings.add_if(settings.queue.idempotency != defaults().queue.idempotency, "events.idempotency_seconds", why);
  for (const auto& [name, hook] : settings.webhooks)
    warnings.add_if(!hook.id.empty(), section_title("webhooks", name) + " id", why);
}

void look_at_log_and_history(const Settings& settings, Warnings& warnings) {
  const queue::Options& queue = settings.queue;
  warnings.add_if(
      !settings.cluster.is_on() && queue.storage.path.empty() && queue.storage.sync != defaults().queue.storage.sync,
      "storage.sync", "events are kept in memory only. Set storage.path, or leave sync out");
  warnings.add_if(queue.keep_senders && (queue.history.count() == 0 || queue.history_bytes == 0),
                  "history.senders = true",
                  "there is no history. Raise history.seconds and history.max_mib, or leave senders out");
}

void look_at_proxies(const Settings& settings, Warnings& warnings) {
  warnings.add_if(
      settings.app.trusted_proxies.empty() && settings.app.forwarded_header != defaults().app.forwarded_header,
      "scrapers.forwarded_header", "no proxy is believed. Set scrapers.trusted_proxies, too, or leave it out");
}

bool has_unix_listener(const Settings& settings) {
  return std::ranges::any_of(settings.app.listeners, [](const auto& one) { return one.second.is_unix(); });
}

void look_at_client(const std::string& name, const access::ClientOptions& client, const Settings& settings,
                    Warnings& warnings) {
  const std::string where = section_title("clients", name);
  warnings.add_if(client.rights == access::Rights{}, where,
                  "rights = [] lets this client do nothing. Name its rights, or leave the section out");
  warnings.add_if(!client.unix_user.empty() && !has_unix_listener(settings), where + " unix_user",
                  "no address is a Unix socket. Add a section [listeners.NAME] with address = \"unix:/...\"");
  warnings.add_if(!client.scraper.empty() && !client.rights.has(Right::scrape), where + " scraper",
                  "this client may not scrape. Add \"scrape\" to its rights, or leave scraper out");
  if (client.rights.has(Right::post)) return;
  constexpr std::string_view why = "this client may not post. Add \"post\" to its rights, or leave it out";
  warnings.add_if(!client.labels.empty(), where + " labels", why);
  warnings.add_if(!client.metrics.empty(), where + " metrics", why);
  warnings.add_if(client.rate_limit != 0, where + " rate_limit", why);
}

}  // namespace

void warn_of_keys_without_effect(const Settings& settings, std::vector<std::string>& found) {
  Warnings warnings(found);
  look_at_events(settings, warnings);
  look_at_times(settings, warnings);
  look_at_keys_of_repeats(settings, warnings);
  look_at_log_and_history(settings, warnings);
  look_at_proxies(settings, warnings);
  for (const auto& [name, client] : settings.clients) look_at_client(name, client, settings, warnings);
}

}  // namespace oneshot::settings
