// SPDX-License-Identifier: MIT
// What a person sees who opens the URL of a hook in a browser, or asks whether it is there.
#include <string>
#include <string_view>
#include <utility>

#include "app/ingest/hook/find_hook.hpp"
#include "app/ingest/hook/post_hook.hpp"
#include "ingest/hooks/cloud_event_mapping.hpp"

namespace oneshot::app {
namespace {

std::string list_hooks(const ingest::Hooks& hooks) {
  if (hooks.empty()) return "Webhooks: the settings have no [webhooks.NAME] (docs/webhooks.md)\n";
  std::string text = "Webhooks, each of which takes POST with JSON and tells more by GET:\n";
  for (const auto& [name, hook] : hooks)
    if (name != ingest::cloud_event_hook) text += "  " + std::string(hook_path) + name + '\n';
  if (hooks.contains(ingest::cloud_event_hook))
    text += "CloudEvents, which POST /event and POST /events take, are mapped by [webhooks.cloudevents]\n";
  return text;
}

void append_line(std::string& text, std::string_view key, const std::string& value) {
  if (!value.empty()) text.append("  ").append(key).append(": ").append(value).append("\n");
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& one : texts) all += (all.empty() ? "\"" : ", \"") + one + '"';
  return all;
}

/// No secret is in there.
std::string describe(std::string_view name, const ingest::HookOptions& hook) {
  std::string text = "Webhook \"" + std::string(name) + "\": POST JSON here, and it becomes events.\n\n";
  append_line(text, "preset", hook.preset);
  append_line(text, "signature", hook.signature.empty() ? "none" : hook.signature);
  append_line(text, "an event for each element of", hook.each);
  for (const auto& [subject, allowed] : hook.when) append_line(text, "when " + subject, joined(allowed));
  append_line(text, "metric", hook.metric);
  append_line(text, "value", hook.value);
  append_line(text, "time", hook.time);
  append_line(text, "id", hook.id);
  for (const std::string& pointer : hook.labels_from)
    append_line(text, "labels from", pointer.empty() ? "the whole" : pointer);
  for (const auto& [label, value] : hook.labels) append_line(text, "label " + label, value);
  text +=
      "\nWhat a payload would become, without storing anything:\n  curl --data-binary @payload.json -H "
      "'Content-Type: application/json' 'http://HOST:PORT";
  text.append(hook_path).append(name).append("?dry_run=1'\n");
  return text;
}

}  // namespace

http::Answer get_hook(Context& context, const http::Request& request, delivery::Waiting&) {
  const std::string_view name = hook_name(request.path);
  if (name.empty()) return http::Reply(200, list_hooks(context.options->hooks));
  auto hook = find_hook(context, name);
  if (!hook) return std::move(hook.error());
  return http::Reply(200, describe(name, (*hook)->options()));
}

}  // namespace oneshot::app
