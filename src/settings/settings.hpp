// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "access/client.hpp"
#include "app/options.hpp"
#include "base/log.hpp"
#include "cluster/options.hpp"
#include "confirm/options.hpp"
#include "ingest/hooks/options.hpp"
#include "net/options.hpp"
#include "queue/options.hpp"
#include "settings/web/web.hpp"

/// The settings: what the command line, the environment and the config file say about the options of the parts.
namespace oneshot::settings {

/// The options of all parts. Each part declares its own, with the built-in defaults and their meaning; the table of
/// keys binds each key of the config file to one member. config/oneshot-metrics-server.toml shows all keys to users.
struct Settings {
  net::Options net;
  app::Options app;
  queue::Options queue;
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::logfmt;
  confirm::OptionsByScraper confirm;           ///< [confirm.NAME]
  std::string web_config_file;                 ///< of the Prometheus family; empty: plain HTTP
  Web web;                                     ///< what that file leads to
  cluster::Options cluster;                    ///< [cluster]
  ingest::HookOptionsByName webhooks;          ///< [webhooks.NAME], which make_hooks() makes app.hooks of
  access::ClientOptionsByName clients;         ///< [clients.NAME], which make_clients() makes app.directory of
  std::vector<access::BasicUser> basic_users;  ///< of the web config; they join the clients
};

}  // namespace oneshot::settings
