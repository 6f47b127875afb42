// SPDX-License-Identifier: MIT
#include "settings/settings.hpp"

namespace oneshot::settings {

Settings defaults() {
  Settings settings;
  for (const char* const everybody : {"0.0.0.0/0", "::/0"}) {
    settings.scrapers.allow.push_back(Network::parse(everybody).value());
  }
  for (const char* const loopback : {"127.0.0.0/8", "::1/128"}) {
    settings.scrapers.trusted_proxies.push_back(Network::parse(loopback).value());
  }
  return settings;
}

}  // namespace oneshot::settings
