// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <optional>

#include "settings/effective.hpp"
#include "settings/sources/read_web.hpp"

namespace oneshot::settings {

TEST_CASE("a build without TLS says so where a web config is named, and needs none") {
  const Environment nothing_set = [](const char*) -> std::optional<std::string> { return std::nullopt; };
  const std::string said =
      "server.web_config_file: this server was built without TLS: leave it empty, or take a build with -Dtls=enabled";
  CHECK(read_web("web.yml", nothing_set).error() == said);
  CHECK(read_web("", nothing_set));
  CommandLine line;
  line.overrides = {{find_key("server", "web_config_file"), {std::string("web.yml")}}};
  CHECK(load(line, nothing_set).error() == said);
  CHECK(load({}, nothing_set));
}

}  // namespace oneshot::settings
