// SPDX-License-Identifier: MIT
#include "app/ingest/find_hook.hpp"

#include <utility>

#include "ingest/hooks/cloud_event_mapping.hpp"

namespace oneshot::app {

Result<const ingest::Hook*, http::Reply> find_hook(const Context& context, std::string_view name) {
  if (name == ingest::cloud_event_hook)
    return Unexpected{
        http::Reply(404, "CloudEvents go to POST /event and POST /events: [webhooks.cloudevents] has no path\n")};
  const ingest::Hooks& hooks = context.options->hooks;
  if (const auto found = hooks.find(name); found != hooks.end()) return found->second.get();
  return Unexpected{http::Reply(404, ingest::no_such_hook(hooks, name) + '\n')};
}

}  // namespace oneshot::app
