// SPDX-License-Identifier: MIT
#include "app/ingest/find_hook.hpp"

#include <utility>

namespace oneshot::app {

Result<const ingest::Hook*, http::Reply> find_hook(const Context& context, std::string_view name) {
  const ingest::Hooks& hooks = context.options->hooks;
  if (const auto found = hooks.find(name); found != hooks.end()) return found->second.get();
  return Unexpected{http::Reply(404, ingest::no_such_hook(hooks, name) + '\n')};
}

}  // namespace oneshot::app
