// SPDX-License-Identifier: MIT
#include "settings/warnings.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "settings/kept_out.hpp"
#include "settings/key/named_sections.hpp"
#include "settings/value.hpp"
#include "settings/web/web.hpp"
#include "settings/without_effect.hpp"
#include "tls/options.hpp"

namespace oneshot::settings {
namespace {

/// Without scrapers.names every name is that of somebody who may come.
void warn_of_confirmations(const Settings& settings, std::vector<std::string>& found) {
  const std::vector<std::string>& names = settings.queue.names;
  if (names.empty() && settings.queue.max_unnamed != 0) return;
  for (const auto& [scraper, options] : settings.confirm) {
    if (std::ranges::find(names, scraper) != names.end()) continue;
    const std::string_view meant = nearest(scraper, {names.begin(), names.end()});
    std::string text = section_title("confirm", scraper) + ": scrapers.names does not have this name";
    text +=
        meant.empty() ? ": add it there" : "; did you mean " + section_title("confirm", meant) + "? Else add it there";
    text += settings.queue.max_unnamed == 0
                ? ". With scrapers.max = 0 nobody else may scrape, so the section does nothing"
                : ". Unless a scraper comes that calls itself so, the section does nothing";
    found.push_back(std::move(text));
  }
}

/// A client's own labels are on each of its events, whatever the limits say: see docs/security.md.
void warn_of_client_labels(const Settings& settings, std::vector<std::string>& found) {
  const auto warn = [&](const std::string& client, const std::string& label, std::string_view key, unsigned limit,
                        std::size_t is) {
    if (limit == 0 || is <= limit) return;
    found.push_back(section_title("clients", client) + " labels: " + toml_text(label) + " is over events." +
                    std::string(key) + " = " + std::to_string(limit) +
                    ", so that a scraper with this limit refuses each scrape that has an event of this client: write "
                    "less, or raise the limit");
  };
  const event::Options& limits = settings.app.event;
  for (const auto& [name, client] : settings.clients)
    for (const auto& [label, value] : client.labels) {
      warn(name, label, "max_label_name_bytes", limits.max_label_name_bytes, label.size());
      warn(name, label, "max_label_value_bytes", limits.max_label_value_bytes, value.size());
    }
}

/// Exporters take such a file, and so it is taken: but what nobody verified, everybody can claim.
void warn_of_unverified_names(const Web& web, std::vector<std::string>& found) {
  if (!web.config.has_tls || web.tls.client_allowed_sans.empty()) return;
  std::string what;
  if (web.tls.client_auth == tls::ClientAuth::request)
    what = "with RequestClientCert whoever shows no certificate gets in, and so does one that signed itself";
  if (web.tls.client_auth == tls::ClientAuth::require_any)
    what = "with RequireAnyClientCert a certificate that signed itself with one of these names gets in";
  if (what.empty()) return;
  found.push_back(web.files.front() + ": tls_server_config.client_allowed_sans: " + what +
                  "; write client_auth_type: RequireAndVerifyClientCert");
}

}  // namespace

std::vector<std::string> warnings(const Settings& settings) {
  std::vector<std::string> found;
  warn_of_confirmations(settings, found);
  warn_of_client_labels(settings, found);
  warn_of_who_is_kept_out(settings, found);
  warn_of_keys_without_effect(settings, found);
  warn_of_unverified_names(settings.web, found);
  return found;
}

std::vector<std::string> warnings_about_here(const Settings& settings) {
  const std::filesystem::path path = settings.queue.storage.path;
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::error_code error;
  if (path.empty() || std::filesystem::is_directory(folder, error)) return {};
  if (std::filesystem::exists(folder, error) || (error && error != std::errc::no_such_file_or_directory)) return {};
  return {"storage.path = " + toml_text(path.string()) + ": there is no folder " + printable(folder.string(), 1024) +
          " here: make it before the start, owned by the user who runs the server"};
}

}  // namespace oneshot::settings
