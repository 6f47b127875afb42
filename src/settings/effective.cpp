// SPDX-License-Identifier: MIT
#include "settings/effective.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "settings/check_together.hpp"
#include "settings/clients.hpp"
#include "settings/key/key.hpp"
#include "settings/key/named_sections.hpp"
#include "settings/sources/header_file.hpp"
#include "settings/sources/load_toml.hpp"
#include "settings/sources/read_web.hpp"
#include "settings/sources/use_web.hpp"
#include "settings/webhooks.hpp"

namespace oneshot::settings {
namespace {

Result<void, std::string> read_header_files(Settings& settings) {
  for (auto& [scraper, options] : settings.confirm) {
    if (options.header_file.empty()) continue;
    Result<Headers> headers = read_header_file(options.header_file);
    if (!headers) return Unexpected{section_title("confirm", scraper) + " header_file: " + headers.error()};
    options.headers = std::move(*headers);
  }
  return {};
}

/// A listener that says nothing is plain where there is no certificate, and refused with `tls = true` there.
Settings with_tls_written(Settings settings) {
  for (auto& [title, listener] : settings.app.listeners)
    if (!listener.tls && !settings.web.config.has_tls) listener.tls = false;
  return settings;
}

}  // namespace

Result<Settings> load(const CommandLine& command_line, const Environment& environment) {
  Settings settings;
  if (command_line.config_file) {
    auto from_file = load_toml(*command_line.config_file, std::move(settings));
    if (!from_file) return from_file;
    settings = std::move(*from_file);
  }
  if (auto applied = apply_environment(settings, environment); !applied) return Unexpected{std::move(applied.error())};
  for (const Override& given : command_line.overrides) {
    if (auto taken = given.key->set(settings, given.value); !taken) return Unexpected{std::move(taken.error().must)};
  }
  if (auto good = check_together(settings); !good) return Unexpected{std::move(good.error())};
  if (auto headers = read_header_files(settings); !headers) return Unexpected{std::move(headers.error())};
  auto web = read_web(settings.web_config_file, environment);
  if (!web) return Unexpected{std::move(web.error())};
  use_web(settings, *std::move(web));
  if (auto good = check_encrypted(settings); !good) return Unexpected{std::move(good.error())};
  if (auto hooks = make_hooks(settings); !hooks) return Unexpected{std::move(hooks.error())};
  if (auto clients = make_clients(settings, environment); !clients) return Unexpected{std::move(clients.error())};
  return settings;
}

std::string render_toml(const Settings& in_effect) {
  const Settings settings = with_tls_written(in_effect);
  std::string out;
  std::string_view section;
  for (const Key& key : keys()) {
    if (key.section != section) {
      if (!out.empty()) out += '\n';
      section = key.section;
      out.append("[").append(section).append("]\n");
    }
    out.append(key.name).append(" = ").append(key.toml(settings)).append("\n");
  }
  for (const NamedSections& sections : named_sections()) {
    for (const std::string& title : sections.titles(settings)) {
      out.append("\n").append(section_title(sections.kind, title)).append("\n");
      for (const NamedKey& key : sections.keys)
        out.append(key.name).append(" = ").append(key.toml(settings, title)).append("\n");
    }
  }
  return out;
}

}  // namespace oneshot::settings
