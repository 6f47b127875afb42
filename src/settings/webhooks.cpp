// SPDX-License-Identifier: MIT
#include "settings/webhooks.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "ingest/hooks/cloud_event_mapping.hpp"
#include "ingest/hooks/hook.hpp"
#include "settings/key/named_sections.hpp"
#include "settings/keys/webhook_presets.hpp"
#include "settings/label_names.hpp"
#include "settings/read_file.hpp"
#include "settings/value.hpp"

namespace oneshot::settings {

Result<std::string> read_secret(const std::string& path) {
  constexpr std::size_t max_bytes = 4096;
  Result<std::string> text = read_regular_file(path, max_bytes);
  if (!text) return text;
  const std::string shown = printable(path, 1024);
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  if (text->empty()) return Unexpected{shown + ": is empty, and an empty secret is none"};
  if (text->find_first_of("\r\n") != std::string::npos) return Unexpected{shown + ": must be one line, the secret"};
  return text;
}

namespace {

bool has_metric(const app::Options& app, std::string_view name) {
  return name == app.metric ||
         std::ranges::any_of(app.metrics, [name](const auto& metric) { return metric.first == name; });
}

/// The same path takes forms and JSON from everybody, so that a secret here would only look like one.
Result<void, std::string> check_cloud_events(const std::string& title, const ingest::HookOptions& options) {
  if (options.signature.empty() && options.secret_file.empty()) return {};
  return Unexpected{title + (options.signature.empty() ? " secret_file" : " signature") +
                    ": must be \"\" here: CloudEvents come to POST /event and POST /events, which take other events "
                    "without a secret; what needs one is a hook of another name"};
}

/// A section that is called as a preset, or nearly so, was to have what that brings.
std::string hint_of_preset(std::string_view name, const ingest::HookOptions& options, std::string_view key) {
  if (key != "labels" || !options.preset.empty() || !options.labels.empty()) return "";
  const std::string_view meant = nearest(name, webhook_presets());
  return ", or a preset, which brings them: preset = " + toml_text(meant.empty() ? "github" : meant);
}

}  // namespace

Result<void, std::string> make_hooks(Settings& settings) {
  settings.app.hooks.clear();
  for (auto& [name, options] : settings.webhooks) {
    const std::string title = section_title("webhooks", name);
    if (name == ingest::cloud_event_hook)
      if (auto good = check_cloud_events(title, options); !good) return good;
    if (!options.secret_file.empty()) {
      Result<std::string> secret = read_secret(options.secret_file);
      if (!secret) return Unexpected{title + " secret_file: " + secret.error()};
      options.secret = std::move(*secret);
    }
    if (auto good =
            check_labels_of_section(options.labels, settings.app.event.plain_labels,
                                    "did you mean the key NAME = … of the section? As a label call it otherwise");
        !good)
      return Unexpected{title + ' ' + good.error()};
    auto hook = ingest::Hook::make(options);
    if (!hook)
      return Unexpected{title + ' ' + std::string(hook.error().key) + ": " + hook.error().what +
                        hint_of_preset(name, options, hook.error().key)};
    if (const std::string_view metric = hook->fixed_metric(); !metric.empty() && !has_metric(settings.app, metric))
      return Unexpected{title + " metric = \"" + printable(metric) + "\": there is no " +
                        section_title("metrics", metric)};
    settings.app.hooks.emplace(name, std::make_shared<const ingest::Hook>(std::move(*hook)));
  }
  return {};
}

}  // namespace oneshot::settings
