// SPDX-License-Identifier: MIT
#include "app/ingest/hook/find_hook.hpp"

#include <string>
#include <utility>

#include "ingest/hooks/cloud_event_mapping.hpp"

namespace oneshot::app {
namespace {

/// The hook that maps CloudEvents has no path, and so is no answer here.
std::string no_hook_at_path(const ingest::Hooks& hooks, std::string_view name) {
  ingest::Hooks with_path = hooks;
  const bool maps_cloud_events = with_path.erase(std::string(ingest::cloud_event_hook)) > 0;
  std::string text = name.empty() ? "the path names no hook, as in /hook/NAME; " + words_for(with_path)
                                  : no_such_hook(with_path, name);
  if (with_path.empty() && maps_cloud_events) text += " but [webhooks.cloudevents], which has no path";
  return text + '\n';
}

}  // namespace

Result<const ingest::Hook*, http::Reply> find_hook(const Context& context, std::string_view name) {
  if (name == ingest::cloud_event_hook)
    return Unexpected{
        http::Reply(404, "CloudEvents go to POST /event and POST /events: [webhooks.cloudevents] has no path\n")};
  const ingest::Hooks& hooks = context.options->hooks;
  if (const auto found = hooks.find(name); found != hooks.end()) return found->second.get();
  return Unexpected{http::Reply(404, no_hook_at_path(hooks, name))};
}

}  // namespace oneshot::app
