// SPDX-License-Identifier: MIT
#include "settings/web/web_config.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace oneshot::settings {
namespace {

using tls::ClientAuth;
using tls::Version;

constexpr std::string_view pair = "tls_server_config:\n  cert_file: c.pem\n  key_file: k.pem\n";
const std::string hash = "$2y$10$" + std::string(53, 'a');

WebConfig good(const std::string& text) {
  auto parsed = parse_web_config(text, "w.yml");
  REQUIRE_MESSAGE(parsed.has_value(), (parsed ? std::string() : parsed.error()));
  return *std::move(parsed);
}
std::string fault(const std::string& text) {
  const auto parsed = parse_web_config(text, "w.yml");
  return parsed ? "fine" : parsed.error();
}
std::string with(const std::string& lines) { return std::string(pair) + lines; }

TEST_CASE("a file of node_exporter is taken as it is") {
  const WebConfig config = good(
      "tls_server_config:\n  cert_file: /etc/c.pem\n  key_file: k.pem\n  client_ca_file: ca.pem\n"
      "  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [prom.example, 10.0.0.7]\n"
      "  min_version: TLS12\n  max_version: TLS13\n  cipher_suites:\n  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\n"
      "  curve_preferences: [X25519]\n  prefer_server_cipher_suites: false\n"
      "http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: deny\n"
      "rate_limit:\n  interval: 100ms\n  burst: 20\n"
      "basic_auth_users:\n  alice: " +
      hash + "\n");
  CHECK(config.has_tls);
  CHECK(config.certificate.file == "/etc/c.pem");
  CHECK(config.key.file == "k.pem");
  CHECK(config.client_ca.file == "ca.pem");
  CHECK(config.tls.client_auth == ClientAuth::require_and_verify);
  CHECK(config.tls.client_allowed_sans == std::vector<std::string>{"prom.example", "10.0.0.7"});
  CHECK(config.tls.cipher_suites.size() == 1);
  CHECK_FALSE(config.tls.prefer_server_ciphers);
  CHECK(config.headers == WebConfig::Pairs{{"X-Frame-Options", "deny"}});
  CHECK(config.rate_limit.interval == std::chrono::milliseconds(100));
  CHECK(config.rate_limit.burst == 20);
  CHECK(config.users == WebConfig::Pairs{{"alice", hash}});
}

TEST_CASE("what is empty is plain HTTP for everybody") {
  for (const char* text : {"", "---\n", "tls_server_config:\n", "basic_auth_users: {}\n", "tls_server_config: {}\n"}) {
    CAPTURE(text);
    const WebConfig config = good(text);
    CHECK_FALSE(config.has_tls);
    CHECK(config.users.empty());
  }
}

TEST_CASE("every word for a client's certificate has its meaning") {
  const std::vector<std::pair<std::string, ClientAuth>> words{
      {"NoClientCert", ClientAuth::none},
      {"RequestClientCert", ClientAuth::request},
      {"RequireAnyClientCert", ClientAuth::require_any},
      {"RequireClientCert", ClientAuth::require_any},
      {"VerifyClientCertIfGiven", ClientAuth::verify_if_given},
      {"RequireAndVerifyClientCert", ClientAuth::require_and_verify},
      {"\"\"", ClientAuth::none}};
  for (const auto& word : words) {
    CAPTURE(word.first);
    CHECK(good(with("  client_auth_type: " + word.first + "\n")).tls.client_auth == word.second);
  }
}

TEST_CASE("versions that are older than this server's become the oldest, or leave none") {
  CHECK(good(with("  min_version: TLS10\n")).older_min_version);
  CHECK(good(with("  min_version: TLS11\n")).tls.min_version == Version::tls12);
  CHECK(good(with("  min_version: TLS13\n")).tls.min_version == Version::tls13);
  CHECK(fault(with("  max_version: TLS11\n")) ==
        "w.yml:4: tls_server_config.max_version = \"TLS11\": no version is left: this server speaks TLS12 and TLS13");
  CHECK(fault(with("  min_version: TLS13\n  max_version: TLS12\n")) ==
        "w.yml: tls_server_config: min_version is above max_version, so no version is left");
}

TEST_CASE("what is wrong is named with its line and what to write") {
  CHECK(fault("tls_server_config:\n  key_file: k\n") == "w.yml: tls_server_config: missing one of cert or cert_file");
  CHECK(fault("tls_server_config:\n  cert_file: c\n") == "w.yml: tls_server_config: missing one of key or key_file");
  CHECK(fault(with("  client_ca_file: ca\n")).find("needs a client_auth_type") != std::string::npos);
  for (const char* const auth : {"", "  client_auth_type: NoClientCert\n"})
    CHECK(fault(with(std::string("  client_allowed_sans: [gw.example]\n") + auth)) ==
          "w.yml: tls_server_config: client_allowed_sans needs a client_auth_type, such as RequireAndVerifyClientCert; "
          "with NoClientCert no client is asked");
  CHECK(fault(with("  client_auth: x\n")) ==
        "w.yml:4: tls_server_config.client_auth: unknown key; did you mean client_auth_type?");
  CHECK(fault("tls_server_conf:\n  a: b\n") ==
        "w.yml:1: tls_server_conf: unknown key; did you mean tls_server_config?");
  CHECK(fault("zzz: 1\n") ==
        "w.yml:1: zzz: unknown key; allowed: basic_auth_users, tls_server_config, http_server_config, rate_limit");
  CHECK(fault(with("  prefer_server_cipher_suites: maybe\n")).ends_with("\"maybe\": must be true or false"));
  CHECK(fault(with("  client_auth_type: Perhaps\n")).find("must be \"NoClientCert\", ") != std::string::npos);
  CHECK(fault("http_server_config:\n  headers:\n    X-Other: 1\n").ends_with("\"X-Other\" must be a text"));
  CHECK(fault("http_server_config:\n  headers:\n    X-Other: a\n")
            .ends_with("HTTP header \"X-Other\" can not be configured"));
  CHECK(fault("http_server_config:\n  headers:\n    X-Frame-Options: allow\n")
            .ends_with("\"X-Frame-Options\" must be \"deny\" or \"sameorigin\""));
  CHECK(fault("rate_limit:\n  interval: 1s\n").find("burst must be 1 or more") != std::string::npos);
  CHECK(fault("rate_limit:\n  interval: soon\n  burst: 1\n")
            .ends_with("\"soon\": must be a duration such as \"1s\" or \"100ms\""));
  CHECK(fault("- a\n") == "w.yml: must be a table, such as tls_server_config: ...");
}

TEST_CASE("only bcrypt hashes are passwords, and no error shows one") {
  const std::string bcrypt(53, 'a');
  for (const std::string& wrong : {std::string("secret"), std::string(""), "$6$salt$" + bcrypt, "$2x$10$" + bcrypt,
                                   "$2y$1$" + bcrypt, "$2y$10$" + bcrypt + "a", "$2y$10$" + std::string(53, '*')}) {
    const std::string said = fault("basic_auth_users:\n  bob: '" + wrong + "'\n");
    CAPTURE(said);
    CHECK(said.starts_with("w.yml:2: basic_auth_users \"bob\": must be a bcrypt hash"));
    CHECK((wrong.empty() || said.find(wrong) == std::string::npos));
  }
  CHECK(fault("basic_auth_users:\n  bob: $2y$31$" + bcrypt + "\n").ends_with("cost of 31: allowed are 4 to 20"));
  for (const char* kind : {"$2a$04$", "$2b$12$", "$2y$20$"})
    CHECK(good("basic_auth_users:\n  bob: " + (kind + bcrypt) + "\n").users.size() == 1);
  CHECK(fault("basic_auth_users:\n  'a:b': " + hash + "\n")
            .ends_with("a name has neither a colon nor a control character, and is not empty"));
  CHECK(fault("basic_auth_users:\n  \"a\\tb\": " + hash + "\n").find("control character") != std::string::npos);
  CHECK(fault("basic_auth_users:\n  anonymous: " + hash + "\n").ends_with("choose another name"));
}

}  // namespace
}  // namespace oneshot::settings
