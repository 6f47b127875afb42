// SPDX-License-Identifier: MIT
#include "settings/reload.hpp"

#include <algorithm>
#include <utility>

#include "settings/key/key.hpp"
#include "settings/key/named_sections.hpp"

namespace oneshot::settings {
namespace {

void note_named(const NamedSections& sections, const Settings& before, const Settings& now,
                std::vector<std::string>& changed) {
  const std::vector<std::string> old_titles = sections.titles(before);
  const std::vector<std::string> titles = sections.titles(now);
  const auto is_in = [](const std::vector<std::string>& all, const std::string& title) {
    return std::find(all.begin(), all.end(), title) != all.end();
  };
  const std::string kind = std::string(sections.kind) + '.';
  for (const std::string& title : old_titles)
    if (!is_in(titles, title)) changed.push_back(kind + title);
  for (const std::string& title : titles) {
    if (!is_in(old_titles, title)) {
      changed.push_back(kind + title);
      continue;
    }
    for (const NamedKey& key : sections.keys)
      if (key.toml(before, title) != key.toml(now, title))
        changed.push_back(kind + title + '.' + std::string(key.name));
  }
}

/// The keys of one section, for people; "none" where there is no such section.
std::string in_words(const NamedSections& sections, const Settings& settings, const std::string& title) {
  const std::vector<std::string> titles = sections.titles(settings);
  if (std::find(titles.begin(), titles.end(), title) == titles.end()) return "none";
  std::string words;
  for (const NamedKey& key : sections.keys)
    words.append(words.empty() ? "" : ", ").append(key.name).append(" = ").append(key.toml(settings, title));
  return words;
}

/// Sections that only a start can change: `read` gets those in use again.
void postpone_named(const NamedSections& sections, const Settings& in_use, Settings& read,
                    std::vector<Postponed>& postponed) {
  std::vector<std::string> titles = sections.titles(in_use);
  for (std::string& title : sections.titles(read))
    if (std::find(titles.begin(), titles.end(), title) == titles.end()) titles.push_back(std::move(title));
  for (const std::string& title : titles) {
    std::string before = in_words(sections, in_use, title);
    std::string now = in_words(sections, read, title);
    if (before != now)
      postponed.push_back({std::string(sections.kind) + '.' + title, std::move(before), std::move(now)});
  }
  sections.copy(read, in_use);
}

/// What the files hold that the keys name, which no key shows.
void note_headers(const confirm::OptionsByScraper& before, const confirm::OptionsByScraper& now,
                  std::vector<std::string>& changed) {
  for (const auto& [scraper, options] : now) {
    const auto found = before.find(scraper);
    if (found != before.end() && found->second.headers != options.headers)
      changed.push_back("what confirm." + scraper + ".header_file holds");
  }
}

void note_secrets(const ingest::HookOptionsByName& before, const ingest::HookOptionsByName& now,
                  std::vector<std::string>& changed) {
  for (const auto& [hook, options] : now) {
    const auto found = before.find(hook);
    if (found != before.end() && found->second.secret != options.secret)
      changed.push_back("what webhooks." + hook + ".secret_file holds");
  }
}

void note_tokens(const access::ClientOptionsByName& before, const access::ClientOptionsByName& now,
                 std::vector<std::string>& changed) {
  for (const auto& [client, options] : now) {
    const auto found = before.find(client);
    if (found != before.end() && found->second.token_file_sha256 != options.token_file_sha256)
      changed.push_back("what clients." + client + ".token_file holds");
  }
}

/// By the sections of the web config; the certificate apart, since that changes as its authority wants it.
void note_web(const Web& before, const Web& now, std::vector<std::string>& changed) {
  const auto rest_of_tls = [](const Web& web) {
    tls::Options rest = web.tls;
    rest.certificate.clear();
    rest.key.clear();
    return rest;
  };
  std::string what;
  const auto note = [&what](bool same, std::string_view part) {
    if (!same) what.append(what.empty() ? "" : ", ").append(part);
  };
  note(before.tls.certificate == now.tls.certificate && before.tls.key == now.tls.key, "certificate");
  note(before.config.has_tls == now.config.has_tls && rest_of_tls(before) == rest_of_tls(now), "tls_server_config");
  note(before.config.headers == now.config.headers, "http_server_config");
  note(before.config.rate_limit == now.config.rate_limit, "rate_limit");
  note(before.config.users == now.config.users, "basic_auth_users");
  if (!what.empty()) changed.push_back("what server.web_config_file says (" + what + ')');
}

}  // namespace

Reload reload(const Settings& in_use, Settings read) {
  Reload result;
  for (const Key& key : keys()) {
    std::string before = key.toml(in_use);
    std::string now = key.toml(read);
    if (before == now) continue;
    std::string name = std::string(key.section) + '.' + std::string(key.name);
    if (key.live) {
      result.changed.push_back(std::move(name));
    } else {
      key.copy(read, in_use);
      result.postponed.push_back({std::move(name), std::move(before), std::move(now)});
    }
  }
  for (const NamedSections& sections : named_sections()) {
    if (sections.live) {
      note_named(sections, in_use, read, result.changed);
    } else {
      postpone_named(sections, in_use, read, result.postponed);
    }
  }
  note_headers(in_use.confirm, read.confirm, result.changed);
  note_secrets(in_use.webhooks, read.webhooks, result.changed);
  note_tokens(in_use.clients, read.clients, result.changed);
  note_web(in_use.web, read.web, result.changed);
  result.settings = std::move(read);
  return result;
}

}  // namespace oneshot::settings
