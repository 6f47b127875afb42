// SPDX-License-Identifier: MIT
#include "settings/kept_out.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "settings/key/named_sections.hpp"

namespace oneshot::settings {
namespace {

using access::Right;

bool is_somewhere(const Settings& settings, Right right) {
  const auto has = [right](const auto& listener) {
    return listener.second.rights.has(right) && !(right == Right::scrape && listener.second.is_unix());
  };
  return settings.app.rights.has(right) || std::ranges::any_of(settings.app.listeners, has);
}

/// Users of the web config have all rights, unless a section narrows them.
bool has_anybody(const Settings& settings, Right right) {
  if (settings.clients.empty()) return true;
  const auto has_all = [&](const access::BasicUser& user) { return !settings.clients.contains(user.name); };
  return std::ranges::any_of(settings.clients, [right](const auto& one) { return one.second.rights.has(right); }) ||
         std::ranges::any_of(settings.basic_users, has_all);
}

void look_for(Right right, std::string_view name, const Settings& settings, std::vector<std::string>& found) {
  const std::string quoted_name = '"' + std::string(name) + '"';
  if (!is_somewhere(settings, right))
    found.push_back("nobody can " + std::string(name) +
                    ": neither server.rights nor the rights of a [listeners.NAME] " +
                    (right == Right::scrape ? "for TCP " : "") + "have " + quoted_name + ". Add it to one of them");
  else if (!has_anybody(settings, right))
    found.push_back("nobody can " + std::string(name) + ": the rights of no [clients.NAME] have " + quoted_name +
                    ". Add it to one of them, or add a section [clients.anonymous] for whoever shows no credentials");
}

void look_at_scrapers(const Settings& settings, std::vector<std::string>& found) {
  if (settings.app.allow.empty())
    found.emplace_back(
        "nobody can scrape: scrapers.allow = [] has no address. Name those of the scrapers, or leave it "
        "out for all");
  if (settings.queue.max_unnamed != 0) return;
  if (settings.queue.names.empty())
    found.emplace_back(
        "nobody can scrape: scrapers.max = 0 lets in those of scrapers.names alone, and there are none. "
        "Name the scrapers, or raise max");
  for (const auto& [name, client] : settings.clients)
    if (!client.scraper.empty() && !settings.queue.names.empty() &&
        std::ranges::find(settings.queue.names, client.scraper) == settings.queue.names.end())
      found.push_back(section_title("clients", name) +
                      " scraper: scrapers.max = 0 lets in those of scrapers.names alone, which does not have this one. "
                      "Add it there");
}

void look_at_trusted_proxies(const Settings& settings, std::vector<std::string>& found) {
  static const std::array everybody{Network::parse("0.0.0.0/0").value(), Network::parse("::/0").value()};
  for (const Network& network : settings.app.trusted_proxies)
    if (std::ranges::find(everybody, network) != everybody.end())
      found.push_back("scrapers.trusted_proxies has " + network.text() + ": everybody may say by " +
                      settings.app.forwarded_header +
                      " from which address it comes, so that scrapers.allow and the limits for an address keep nobody "
                      "out. Name the addresses of the proxies alone");
}

}  // namespace

void warn_of_who_is_kept_out(const Settings& settings, std::vector<std::string>& found) {
  look_for(Right::post, "post", settings, found);
  look_for(Right::scrape, "scrape", settings, found);
  look_at_scrapers(settings, found);
  look_at_trusted_proxies(settings, found);
}

}  // namespace oneshot::settings
