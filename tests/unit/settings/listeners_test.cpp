// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "settings/check_together.hpp"
#include "settings/effective.hpp"
#include "settings/reload.hpp"
#include "unit/settings/parsed.hpp"

namespace oneshot::settings {
namespace {

using app::Right;
using test::error;
using test::good;

std::string fault_together(const std::string& text) {
  const auto checked = check_together(good(text));
  return checked ? "fine" : checked.error();
}

TEST_CASE("a listener has an address, and all rights unless the file names some") {
  const Settings settings = good(
      "[listeners.scrape]\naddress = \":8091\"\nrights = [\"scrape\", \"view\"]\n[listeners.b]\naddress = \"[::1]:1\"");
  REQUIRE(settings.app.listeners.size() == 2);
  const auto& [name, scrape] = settings.app.listeners.front();
  CHECK(name == "scrape");
  CHECK(scrape.address == ":8091");
  CHECK(scrape.rights == app::Rights{Right::scrape, Right::view});
  CHECK_FALSE(scrape.rights.has(Right::post));
  CHECK(settings.app.listeners.back().second.rights == app::all_rights);
  CHECK(settings.app.rights == app::all_rights);
  CHECK(good("server.rights = []").app.rights == app::Rights{});
}

TEST_CASE("what a listener says wrongly is named with what to write") {
  CHECK(error("[listeners.a]\nrights = [\"post\"]") ==
        "c.toml:1: [listeners.a]: needs an address to listen at: address = \"127.0.0.1:8091\"");
  CHECK(error("[listeners.a]\naddress = \"8091\"").find("must be an address and a port") != std::string::npos);
  CHECK(error("[listeners.a]\naddress = \":1\"\nrights = [\"read\"]") ==
        "c.toml:3: [listeners.a] rights contains \"read\": must be \"post\", \"scrape\", \"view\" or \"admin\"");
  CHECK(error("server.rights = \"post\"").ends_with("must be a list of rights in quotes, such as [\"post\"]"));
  CHECK(error("[listeners.\"a b\"]\naddress = \":1\"").ends_with("must be 1 to 64 letters, digits, _ . and -"));
}

TEST_CASE("two listeners do not have the same address, unless each gets a free port") {
  CHECK(fault_together("[listeners.a]\naddress = \":8090\"") ==
        "[listeners.a]: server.host and server.port has this address already: choose another port");
  CHECK(fault_together("[listeners.a]\naddress = \"h:1\"\n[listeners.b]\naddress = \"h:1\"") ==
        "[listeners.b]: [listeners.a] has this address already: choose another port");
  CHECK(fault_together("[listeners.a]\naddress = \"h:0\"\n[listeners.b]\naddress = \"h:0\"") == "fine");
}

TEST_CASE("a listener may be a Unix socket, which says who may connect and is not encrypted by itself") {
  const Settings settings = good(
      "[listeners.post]\naddress = \"unix:/run/x/post.sock\"\nrights = [\"post\", \"view\"]\nmode = \"0666\"\n"
      "group = \"adm\"\n[listeners.tls]\naddress = \"unix:/run/y\"\ntls = true\n[listeners.tcp]\naddress = \":1\"");
  REQUIRE(settings.app.listeners.size() == 3);
  const app::ListenerOptions& post = settings.app.listeners[0].second;
  CHECK(post.is_unix());
  CHECK_FALSE(post.is_encrypted());
  CHECK(post.mode == "0666");
  CHECK(post.group == "adm");
  CHECK(settings.app.listeners[1].second.is_encrypted());
  CHECK_FALSE(settings.app.listeners[2].second.is_unix());
  CHECK(settings.app.listeners[2].second.is_encrypted());
}

TEST_CASE("what a Unix socket cannot be is named with what to write") {
  const std::string whole = "must be a whole path of at most 107 bytes behind \"unix:\"";
  for (const std::string& path : {std::string("post.sock"), std::string(), std::string("/"), std::string("@abstract"),
                                  "/" + std::string(107, 'x')})
    CHECK(error("[listeners.a]\naddress = \"unix:" + path + '"').find(whole) != std::string::npos);
  CHECK(error("[listeners.a]\naddress = \"8091\"").find("or a Unix socket: \"unix:/run/") != std::string::npos);
  for (const char* const mode : {"660", "0o660", "0888", "rw", "1660", "00660"})
    CHECK(error("[listeners.a]\naddress = \"unix:/x\"\nmode = \"" + std::string(mode) + '"')
              .find("must be the rights of a file in four octal digits") != std::string::npos);
  CHECK(error("[listeners.a]\naddress = \"unix:/x\"\ngroup = \"a b\"").find("the name of a group") !=
        std::string::npos);
}

TEST_CASE("what only TCP or only a Unix socket can have is refused at the other one") {
  CHECK(fault_together("[listeners.a]\naddress = \":1\"\nmode = \"0660\"") ==
        "[listeners.a] mode: is for Unix sockets only: leave it out, or let address begin with \"unix:/\"");
  CHECK(fault_together("[listeners.a]\naddress = \":1\"\ngroup = \"adm\"").find("[listeners.a] group: is for Unix") ==
        0);
  CHECK(fault_together("[listeners.a]\naddress = \"unix:/x\"\nrights = [\"scrape\"]")
            .find("[listeners.a] rights: \"scrape\" cannot be had at a Unix socket") == 0);
  CHECK(fault_together("[listeners.a]\naddress = \"unix:/x\"") == "fine");
  CHECK(fault_together("[listeners.a]\naddress = \"unix:/x\"\n[listeners.b]\naddress = \"unix:/x\"") ==
        "[listeners.b]: [listeners.a] has this address already: choose another path");
}

TEST_CASE("a listener that is to be encrypted by its own words needs a certificate") {
  const std::string listener = "[listeners.a]\naddress = \":1\"\n";
  CHECK(check_encrypted(good(listener)).has_value());
  CHECK(check_encrypted(good(listener + "tls = false\n")).has_value());
  Settings settings = good(listener + "tls = true\n");
  CHECK(check_encrypted(settings).error() ==
        "[listeners.a] tls = true: there is no server.web_config_file: name one with tls_server_config in it, or leave "
        "tls out for plain HTTP");
  settings.web_config_file = "/web.yml";
  CHECK(
      check_encrypted(settings).error() ==
      "[listeners.a] tls = true: server.web_config_file has no certificate: write tls_server_config into it, or leave "
      "tls out for plain HTTP");
  settings.web.config.has_tls = true;
  CHECK(check_encrypted(settings).has_value());
}

TEST_CASE("what is printed of a listener without a certificate loads again") {
  Settings settings = good("[listeners.a]\naddress = \":1\"\n[listeners.b]\naddress = \"unix:/x\"\n");
  CHECK(check_encrypted(good(render_toml(settings))).has_value());
  settings.web.config.has_tls = true;
  CHECK(good(render_toml(settings)).app.listeners.front().second.is_encrypted());
}

TEST_CASE("listeners change only with a restart, and the log says which") {
  const Settings in_use = good("[listeners.a]\naddress = \":1\"\n[listeners.b]\naddress = \":2\"");
  const Reload result =
      reload(in_use, good("[listeners.a]\naddress = \":3\"\n[listeners.c]\naddress = \":4\"\nrights = []"));
  CHECK(result.changed.empty());
  REQUIRE(result.postponed.size() == 3);
  CHECK(result.postponed[0].key == "listeners.a");
  CHECK(result.postponed[0].in_use.starts_with("address = \":1\", rights = ["));
  CHECK(result.postponed[0].read.starts_with("address = \":3\", rights = ["));
  CHECK(result.postponed[1].key == "listeners.b");
  CHECK(result.postponed[1].read == "none");
  CHECK(result.postponed[2].key == "listeners.c");
  CHECK(result.postponed[2].in_use == "none");
  CHECK(result.postponed[2].read == "address = \":4\", rights = [], tls = true, mode = \"\", group = \"\"");
  CHECK(render_toml(result.settings) == render_toml(in_use));
}

}  // namespace
}  // namespace oneshot::settings
