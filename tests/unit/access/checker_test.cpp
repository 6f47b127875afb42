// SPDX-License-Identifier: MIT
#include "access/checker.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "constants.hpp"

using namespace oneshot;
using namespace oneshot::access;
using namespace oneshot::access::test;

namespace {

constexpr const char* basic = "Basic cHJvbS1hOm9wZW4gc2VzYW1l";  // prom-a:open sesame

struct Rig {
  Rig() {
    ClientOptions ci;
    ci.token_sha256 = token_sha256;
    ClientOptions prom;
    prom.password_bcrypt = hash_of_cost_4;
    ClientOptions gateway;
    gateway.certificate_san = "gw.example";
    directory = Directory::make({{"ci", ci}, {"gateway", gateway}, {"prom-a", prom}}, {}).value();
  }

  Checker::Found find(const std::vector<std::string>& authorizations) {
    std::vector<http::Header> headers{{"Host", "x"}};
    for (const std::string& one : authorizations) headers.push_back({"authorization", one});
    http::Request request;
    request.headers = headers;
    request.peer_names = names;
    return checker.find(*directory, request);
  }
  /// The client's name; "wrong", or "password" for one that is to be checked.
  std::string who(const std::vector<std::string>& authorizations) {
    const Checker::Found found = find(authorizations);
    const auto* const client = std::get_if<const Client*>(&found);
    if (client == nullptr) return "password";
    return *client == nullptr ? "wrong" : (*client)->name;
  }

  std::vector<std::string> names;  ///< in the certificate of the connection
  crypto::Digest secret{};
  Checker checker{secret};
  std::shared_ptr<const Directory> directory;
};

}  // namespace

TEST_CASE("who shows nothing is anonymous, and who shows a token is its client") {
  Rig rig;
  CHECK(rig.who({}) == "anonymous");
  CHECK(rig.who({"Bearer sesam"}) == "ci");
  CHECK(rig.who({"bEARER  sesam"}) == "ci");
}

TEST_CASE("a certificate says who it is where no header does, and one that is nobody's is no wrong one") {
  Rig rig;
  rig.names = {"other.example", "gw.example"};
  CHECK(rig.who({}) == "gateway");
  CHECK(rig.who({"Bearer sesam"}) == "ci");
  CHECK(rig.who({"Bearer sesame"}) == "wrong");
  CHECK(rig.who({basic}) == "password");
  rig.names = {"other.example"};
  CHECK(rig.who({}) == "anonymous");
}

TEST_CASE("what is nobody's is wrong, however it is written") {
  Rig rig;
  for (const char* const bad :
       {"", "Bearer", "Bearer ", "Bearer sesame", "Bearer sesa", "Bearer sesam x", "Bearersesam", "Bearer sesam,",
        "sesam", "Token sesam", "Negotiate abc", "Digest username=\"ci\"", "Basic", "Basic ", "Basic !",
        "Basic YWI=", "Basic cHJvbS1hOm9wZW4gc2VzYW1l=", "Basic cHJvbS1hOm9wZW4gc2VzYW1lAHg="}) {
    CAPTURE(bad);
    CHECK(rig.who({bad}) == "wrong");
  }
  CHECK(rig.who({"Bearer sesam", "Bearer sesam"}) == "wrong");
  CHECK(rig.who({"Bearer sesam", basic}) == "wrong");
}

TEST_CASE("a password is asked for once, until the settings are read again") {
  Rig rig;
  const Checker::Found found = rig.find({basic});
  const auto& undecided = std::get<Checker::Undecided>(found);
  CHECK(undecided.client->name == "prom-a");
  CHECK(undecided.question.password == password);
  CHECK(undecided.question.hash == hash_of_cost_4);
  CHECK(rig.who({basic}) == "password");
  rig.checker.remember(undecided.question.key, undecided.client);
  CHECK(rig.who({basic}) == "prom-a");
  rig.checker.remember(undecided.question.key, nullptr);
  rig.checker.forget();
  CHECK(rig.who({basic}) == "password");
}

TEST_CASE("a name that is not known is asked about as well, and is nobody's whatever comes out") {
  Rig rig;
  const Checker::Found found = rig.find({"Basic eDpvcGVuIHNlc2FtZQ=="});  // x:open sesame
  const auto& undecided = std::get<Checker::Undecided>(found);
  CHECK(undecided.client == nullptr);
  CHECK(undecided.question.hash.starts_with("$2y$04$"));
}

TEST_CASE("where nobody has a password none is asked about") {
  Rig rig;
  ClientOptions ci;
  ci.token_sha256 = token_sha256;
  rig.directory = Directory::make({{"ci", ci}}, {}).value();
  CHECK(rig.who({basic}) == "wrong");
}
