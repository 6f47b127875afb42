// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "settings/check_together.hpp"
#include "unit/settings/parsed.hpp"

namespace oneshot::settings {
namespace {

using namespace std::chrono_literals;
using test::error;
using test::good;

const std::string cluster = "[cluster]\nservers = [\"nats://n1:4222\"]\n";

std::string fault_together(const std::string& text) {
  const auto checked = check_together(good(text));
  return checked ? "fine" : checked.error();
}

TEST_CASE("every key of [cluster] is taken over") {
  const Settings settings = good(
      "[cluster]\nservers = [\"nats://n1:4222\", \"tls://[::1]:4223\"]\nname = \"prod-1\"\nreplica = \"a\"\n"
      "copies = 5\ntimeout_seconds = 0.5\ncredentials_file = \"/c\"\nuser = \"u\"\npassword_file = \"/p\"\n"
      "tls_ca_file = \"/ca\"\ntls_cert_file = \"/cert\"\ntls_key_file = \"/key\"");
  const cluster::Options& options = settings.cluster;
  CHECK(options.is_on());
  CHECK(options.servers == std::vector<std::string>{"nats://n1:4222", "tls://[::1]:4223"});
  CHECK(options.name == "prod-1");
  CHECK(options.replica == "a");
  CHECK(options.copies == 5);
  CHECK(options.timeout == 500ms);
  CHECK(options.credentials_file == "/c");
  CHECK(options.user == "u");
  CHECK(options.password_file == "/p");
  CHECK(options.tls_ca_file == "/ca");
  CHECK(options.tls_cert_file == "/cert");
  CHECK(options.tls_key_file == "/key");
  CHECK_FALSE(good("").cluster.is_on());
}

TEST_CASE("what [cluster] says wrongly is named with what to write") {
  CHECK(error("cluster.servers = [\"n1:4222\"]")
            .ends_with("must be nats://HOST:PORT or tls://HOST:PORT, such as "
                       "nats://n1.example:4222"));
  CHECK(error("cluster.servers = [\"nats://u:p@n1:4222\"]") ==
        "c.toml:1: [cluster] servers contains \"nats://***@n1:4222\": must have no name or password in the URL: write "
        "user and password_file, or credentials_file, into [cluster]");
  for (const char* const url : {"nats://u:geheim@n1", "u:geheim@n1:4222", "http://u:geheim@n1:4222"})
    CHECK(error("cluster.servers = [\"" + std::string(url) + "\"]").find("geheim") == std::string::npos);
  CHECK(error("cluster.servers = [\"nats://n1\"]").find("must be nats://HOST:PORT") != std::string::npos);
  CHECK(error("cluster.name = \"\"").find("must not be empty") != std::string::npos);
  CHECK(error("cluster.name = \"a.b\"").find("letters, digits, - and _") != std::string::npos);
  CHECK(error("cluster.replica = \"a b\"").find("letters, digits, - and _") != std::string::npos);
  CHECK(error("cluster.copies = 6").ends_with("must be a whole number from 1 to 5"));
}

TEST_CASE("what a cluster does not have is refused by name") {
  CHECK(fault_together(cluster) == "fine");
  CHECK(
      fault_together(cluster + "[storage]\npath = \"/var/events\"").starts_with("storage.path is for a single server"));
  CHECK(
      fault_together(cluster + "[storage]\nsync = \"always\"").starts_with("storage.sync is for the file of a single"));
  CHECK(fault_together(cluster + "[storage]\nsync = \"interval\"") == "fine");  // as without it
  CHECK(fault_together(cluster + "[events]\nuse_explicit_timestamps = true")
            .starts_with("events.use_explicit_timestamps"));
  CHECK(fault_together(cluster + "[confirm.p]\nurl = \"http://p:9090\"").starts_with("[confirm.p]: a cluster"));
  CHECK(fault_together(cluster + "copies = 2").starts_with("cluster.copies must be 1, 3 or 5"));
  CHECK(fault_together(cluster + "user = \"u\"").starts_with("cluster.user and cluster.password_file go together"));
  CHECK(fault_together(cluster + "tls_cert_file = \"/c\"").starts_with("cluster.tls_cert_file and"));
  CHECK(fault_together("[storage]\npath = \"/var/events\"") == "fine");
}

TEST_CASE("what says how a cluster is to be is refused where there is none, since it would do nothing") {
  CHECK(fault_together("[cluster]\nreplica = \"a\"")
            .starts_with("cluster.replica is set, but cluster.servers is not: name the engine's nodes there"));
  for (const char* key : {"name = \"x\"", "copies = 1", "timeout_seconds = 2", "credentials_file = \"/c\"",
                          "user = \"u\"\npassword_file = \"/p\"", "tls_ca_file = \"/ca\""}) {
    CAPTURE(key);
    CHECK(fault_together(std::string("[cluster]\n") + key).find("cluster.servers is not") != std::string::npos);
  }
  CHECK(fault_together("[cluster]\nservers = []\nname = \"oneshot\"\ncopies = 3") == "fine");  // the defaults
}

}  // namespace
}  // namespace oneshot::settings
