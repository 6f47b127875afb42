// SPDX-License-Identifier: MIT
#include "ctl/scrape_config/job.hpp"

#include "base/byte_set.hpp"
#include "base/text.hpp"
#include "ctl/text/json_text.hpp"

namespace oneshot::ctl {
namespace {

constexpr ByteSet name_bytes([](char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == ':' || c == '-';
});
constexpr std::size_t longest_name = 128;

struct Place {
  std::string_view scheme;
  std::string_view host_port;
  std::string_view prefix;
};

Place place_of(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t slash = std::min(url.find('/', host), url.size());
  return {url.substr(0, host - 3), url.substr(host, slash - host), url.substr(slash)};
}

/// A JSON text is a YAML text too, whatever is in it.
void line(std::string& yaml, std::string_view key, std::string_view value) {
  yaml.append("    ").append(key).append(": ").append(value).push_back('\n');
}

std::string file_of(const Call& call, std::string_view option) { return json_text(*call.value_of(option)); }

void add_tls(std::string& yaml, const Call& call) {
  if (!call.has("--cacert") && !call.has("--cert")) return;
  line(yaml, "tls_config", "");
  yaml.erase(yaml.size() - 2, 1);
  if (call.has("--cacert")) line(yaml, "  ca_file", file_of(call, "--cacert"));
  if (call.has("--cert")) line(yaml, "  cert_file", file_of(call, "--cert"));
  if (call.has("--key")) line(yaml, "  key_file", file_of(call, "--key"));
}

void add_credentials(std::string& yaml, const Call& call, const Target& server) {
  if (call.has("--token-file"))
    yaml += "    authorization:\n      credentials_file: " + file_of(call, "--token-file") + '\n';
  if (!server.user.empty())
    yaml += "    basic_auth:\n      username: " + json_text(server.user) +
            "\n      password_file: " + file_of(call, "--password-file") + '\n';
}

}  // namespace

Result<void> check_scraper_name(std::string_view name) {
  if (!name.empty() && name.size() <= longest_name && name_bytes.has_all_of(name)) return {};
  return Unexpected{"the name of a scraper must be 1 to 128 letters, digits, _, ., : or -, not " + quoted(name)};
}

std::string job_yaml(const ScrapeJob& job, const Call& call, const Target& server) {
  const Place place = place_of(server.url);
  std::string yaml =
      "# Under scrape_configs: of prometheus.yml. In the server's config, so that events wait for this\n"
      "# Prometheus before it first comes and while it is away:  [scrapers]  names = [\"";
  yaml += job.scraper + "\"]\n  - job_name: events\n";
  line(yaml, "scrape_interval", job.interval);
  if (place.scheme != "http") line(yaml, "scheme", place.scheme);
  if (!place.prefix.empty()) line(yaml, "metrics_path", json_text(std::string(place.prefix) + "/metrics"));
  yaml += "    params:\n      scraper: [" + json_text(job.scraper) + "]\n";
  line(yaml, "honor_labels", "true  # an event's own job and instance stand");
  if (job.explicit_timestamps)
    line(yaml, "track_timestamps_staleness", "true  # Prometheus 2.48 and later: an event ends with the next scrape");
  add_tls(yaml, call);
  add_credentials(yaml, call, server);
  yaml += "    static_configs:\n      - targets: [" + json_text(place.host_port) + "]\n";
  return yaml;
}

}  // namespace oneshot::ctl
