// SPDX-License-Identifier: MIT
#include "settings/reload.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "settings/effective.hpp"
#include "settings/key/key.hpp"

namespace oneshot::settings {
namespace {

TEST_CASE("these keys change only with a restart, all others with a reload") {
  std::set<std::string> at_start;
  for (const Key& key : keys()) {
    if (!key.live) at_start.insert(std::string(key.section) + "." + std::string(key.name));
  }
  CHECK(at_start == std::set<std::string>{"server.host",
                                          "server.port",
                                          "server.threads",
                                          "events.use_explicit_timestamps",
                                          "events.idempotency_keys",
                                          "storage.path",
                                          "storage.capacity_mib",
                                          "storage.when_full",
                                          "storage.sync",
                                          "cluster.servers",
                                          "cluster.name",
                                          "cluster.replica",
                                          "cluster.copies",
                                          "cluster.timeout_seconds",
                                          "cluster.credentials_file",
                                          "cluster.user",
                                          "cluster.password_file",
                                          "cluster.tls_ca_file",
                                          "cluster.tls_cert_file",
                                          "cluster.tls_key_file"});
}

TEST_CASE("what can change is taken over, what cannot keeps its value, and both are named") {
  Settings in_use = Settings{};
  in_use.net.port = 8090;
  Settings read = in_use;
  read.net.port = 9999;
  read.net.host = "127.0.0.1";
  read.queue.max_unnamed = 3;
  read.log_level = log::Level::debug;
  const Reload result = reload(in_use, read);
  CHECK(result.changed == std::vector<std::string>{"scrapers.max", "log.level"});
  REQUIRE(result.postponed.size() == 2);
  CHECK(result.postponed[0].key == "server.host");
  CHECK(result.postponed[0].in_use == "\"::\"");
  CHECK(result.postponed[0].read == "\"127.0.0.1\"");
  CHECK(result.postponed[1].key == "server.port");
  CHECK(result.settings.net.port == 8090);
  CHECK(result.settings.net.host == "::");
  CHECK(result.settings.queue.max_unnamed == 3);
  CHECK(result.settings.log_level == log::Level::debug);
}

TEST_CASE("the same settings change nothing") {
  const Settings in_use = Settings{};
  const Reload result = reload(in_use, in_use);
  CHECK(result.changed.empty());
  CHECK(result.postponed.empty());
  CHECK(render_toml(result.settings) == render_toml(in_use));
}

TEST_CASE("a row copies its own key and no other") {
  for (const Key& key : keys()) {
    Settings to = Settings{};
    Settings from = Settings{};
    const Value value = key.toml(from).starts_with('[')   ? Value{Value::List{}}
                        : key.toml(from).starts_with('"') ? Value{std::string()}
                        : key.toml(from) == "false"       ? Value{true}
                                                          : Value{std::int64_t{77}};
    if (!key.set(from, value)) continue;  // it takes none of these
    key.copy(to, from);
    CAPTURE(key.name);
    CHECK(render_toml(to) == render_toml(from));
  }
}

}  // namespace
}  // namespace oneshot::settings
