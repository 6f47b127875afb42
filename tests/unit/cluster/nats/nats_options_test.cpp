// SPDX-License-Identifier: MIT
#include "cluster/nats/nats_options.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

namespace oneshot::cluster {
namespace {

NatsOptions good() {
  NatsOptions options;
  options.servers = {"nats://n1:4222", "n2", "tls://[::1]:4333/"};
  options.replica = "a";
  options.boot = 7;
  return options;
}

std::string error_with(const std::function<void(NatsOptions&)>& change) {
  NatsOptions options = good();
  change(options);
  const auto checked = check(options);
  return checked ? "" : checked.error();
}

TEST_CASE("an address of a node has a host, and a port unless it is 4222") {
  CHECK(error_with([](NatsOptions&) {}).empty());
  CHECK(place_of_server("n2")->port == 4222);
  CHECK(place_of_server("tls://[::1]")->host == "::1");
  CHECK(place_of_server("nats://u:p@n3:5")->host == "n3");
  for (const char* const wrong : {"", "nats://", "http://n1:4222", "nats://n1:x", ":4222", "n1:0", "n1:1,n2:2"}) {
    CAPTURE(wrong);
    CHECK(error_with([&](NatsOptions& options) { options.servers.emplace_back(wrong); }).find("nats://HOST:PORT") !=
          std::string::npos);
  }
}

TEST_CASE("an address that is none is named without the password in it") {
  const std::string error = error_with([](NatsOptions& options) { options.servers = {"nats://u:s3cret@n1:x"}; });
  CHECK(error.find("nats://n1:x") != std::string::npos);
  CHECK(error.find("s3cret") == std::string::npos);
}

TEST_CASE("one address with tls:// is enough for no connection to be without") {
  CHECK(wants_tls(good()));
  NatsOptions options = good();
  options.servers.pop_back();
  CHECK_FALSE(wants_tls(options));
  options.tls_ca_file = "/ca.pem";
  CHECK(wants_tls(options));
}

TEST_CASE("what cannot be right is named, and what to write") {
  const auto has = [](const std::string& error, const char* words) {
    CAPTURE(error);
    CHECK(error.find(words) != std::string::npos);
  };
  has(error_with([](NatsOptions& options) { options.servers.clear(); }), "nats://n1:4222");
  has(error_with([](NatsOptions& options) { options.replica.clear(); }), "replica");
  has(error_with([](NatsOptions& options) { options.name.assign(65, 'x'); }), "64 characters");
  has(error_with([](NatsOptions& options) { options.boot = 0; }), "boot");
  has(error_with([](NatsOptions& options) { options.copies = 2; }), "1, 3 or 5");
  has(error_with([](NatsOptions& options) { options.max_bytes = 0; }), "65536");
  has(error_with([](NatsOptions& options) { options.tls_cert_file = "/dev/null"; }), "tls_key_file");
  has(error_with([](NatsOptions& options) { options.password = "p"; }), "user");
  has(error_with([](NatsOptions& options) {
        options.user = "u";
        options.credentials_file = "/dev/null";
      }),
      "cluster.credentials_file and cluster.user are two ways");
  has(error_with([](NatsOptions& options) { options.credentials_file = "/nonexisting/x.creds"; }),
      "cluster.credentials_file: /nonexisting/x.creds: cannot be read: No such file or directory");
}

}  // namespace
}  // namespace oneshot::cluster
