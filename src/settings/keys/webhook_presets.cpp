// SPDX-License-Identifier: MIT
// The files of config/webhooks come in as texts (webhook_preset_texts.hpp, made by Meson) and are read as a config file
// is: what a user may copy out of one and what a preset means cannot differ.
#include "settings/keys/webhook_presets.hpp"

#include <cassert>
#include <utility>

#include "settings/sources/load_toml.hpp"
#include "settings/webhook_preset_texts.hpp"

namespace oneshot::settings {
namespace {

const ingest::HookOptionsByName& presets() {
  static const ingest::HookOptionsByName all = [] {
    ingest::HookOptionsByName read;
    for (const auto& [name, text] : webhook_preset_texts) {
      Result<Settings> settings = parse_toml(text, name, {});
      assert(settings.has_value() && settings->webhooks.contains(name));
      read.merge(settings->webhooks);
    }
    return read;
  }();
  return all;
}

}  // namespace

const ingest::HookOptions* find_webhook_preset(std::string_view name) {
  const auto found = presets().find(name);
  return found == presets().end() ? nullptr : &found->second;
}

std::vector<std::string_view> webhook_presets() {
  std::vector<std::string_view> names;
  for (const auto& [name, options] : presets()) names.push_back(name);
  return names;
}

}  // namespace oneshot::settings
