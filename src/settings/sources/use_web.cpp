// SPDX-License-Identifier: MIT
#include "settings/sources/use_web.hpp"

#include <utility>

namespace oneshot::settings {

void use_web(Settings& settings, Web web) {
  settings.net.reply_headers.clear();
  for (const auto& [name, value] : web.config.headers)
    settings.net.reply_headers.append(name).append(": ").append(value).append("\r\n");
  settings.app.requests = web.config.rate_limit;
  settings.basic_users.clear();
  for (const auto& [name, hash] : web.config.users) settings.basic_users.push_back({name, hash});
  settings.web = std::move(web);
}

}  // namespace oneshot::settings
