// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/settings/parsed.hpp"

namespace oneshot::settings {
namespace {

using test::error;
using test::good;

TEST_CASE("hosts that are allowed are names and addresses without a port") {
  CHECK(good("server.allowed_hosts = [\"h\", \"::1\"]").app.allowed_hosts == std::vector<std::string>{"h", "::1"});
  for (const std::string host : {"h:80", "[::1]", "", "http://h", "a b"})
    CHECK(error("server.allowed_hosts = [\"" + host + "\"]") ==
          "c.toml:1: [server] allowed_hosts contains \"" + host +
              "\": must be a name or an IP address without a port, such as events.example");
}

TEST_CASE("the header that names who is behind a proxy is a header's name") {
  CHECK(good("scrapers.forwarded_header = \"CF-Connecting-IP\"").app.forwarded_header == "CF-Connecting-IP");
  for (const std::string name : {"X Forwarded", "", "X-Forwarded-For:", "\u00fc"})
    CHECK(error("scrapers.forwarded_header = \"" + name + "\"")
              .ends_with("must be the name of a header, such as X-Forwarded-For"));
}

}  // namespace
}  // namespace oneshot::settings
