// SPDX-License-Identifier: MIT
#include "access/directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "constants.hpp"
#include "crypto/bcrypt.hpp"

using namespace oneshot;
using namespace oneshot::access;
using namespace oneshot::access::test;

namespace {

std::shared_ptr<const Directory> good(const ClientOptionsByName& clients, const std::vector<BasicUser>& users = {}) {
  auto made = Directory::make(clients, users);
  if (!made) FAIL(made.error().client << ' ' << made.error().what);
  return *made;
}

std::string fault(const ClientOptionsByName& clients, const std::vector<BasicUser>& users = {}) {
  auto made = Directory::make(clients, users);
  return made ? "" : made.error().client + ' ' + made.error().what;
}

ClientOptions with_token(const char* digest = token_sha256) {
  ClientOptions options;
  options.rights = {Right::post};
  options.token_sha256 = digest;
  return options;
}

ClientOptions with_password(const char* hash) {
  ClientOptions options;
  options.rights = {Right::scrape};
  options.password_bcrypt = hash;
  return options;
}

crypto::Digest digest_of(const char* text) { return crypto::Sha256().add(text).finish(); }

}  // namespace

TEST_CASE("without clients there is no directory") { CHECK(good({}) == nullptr); }

TEST_CASE("anybody may post, scrape and view, but nothing as soon as there is another client") {
  ClientOptions anonymous;
  anonymous.rights = {Right::view};
  CHECK(good({{"anonymous", anonymous}})->anonymous().rights == Rights{Right::view});
  CHECK(good({{"ci", with_token()}})->anonymous().rights == Rights{});
  CHECK(good({}, {{"u", hash_of_cost_4}})->anonymous().rights == Rights{});
  const auto both = good({{"anonymous", anonymous}, {"ci", with_token()}});
  CHECK(both->anonymous().rights == Rights{Right::view});
  CHECK(both->anonymous().anonymous);
  CHECK(both->clients().size() == 2);
}

TEST_CASE("a client is found by its token, and nobody by another one") {
  const auto directory =
      good({{"a", with_password(hash_of_cost_4)}, {"ci", with_token()}, {"z", with_password(hash_of_cost_4)}});
  const Client* const client = directory->find_token(digest_of(token));
  REQUIRE(client != nullptr);
  CHECK(client->name == "ci");
  CHECK(client == &directory->clients()[client->number]);
  CHECK(directory->find_token(digest_of("sesame")) == nullptr);
}

TEST_CASE("a token in a file counts as one in the settings does") {
  ClientOptions options;
  options.token_file = "/run/ci";
  options.token_file_sha256 = token_sha256;
  CHECK(good({{"ci", options}})->find_token(digest_of(token))->name == "ci");
}

TEST_CASE("a name that is not known has a hash too, as slow as the slowest") {
  const auto directory = good({{"a", with_password(hash_of_cost_4)}, {"b", with_password(hash_of_cost_5)}});
  CHECK(directory->find_password("a").client->name == "a");
  CHECK(*directory->find_password("a").hash == hash_of_cost_4);
  const Directory::Password nobody = directory->find_password("c");
  CHECK(nobody.client == nullptr);
  CHECK(crypto::bcrypt_cost(*nobody.hash) == 5);
  CHECK_FALSE(good({{"ci", with_token()}})->has_passwords());
}

TEST_CASE("users of another file have all rights, which a section of their name narrows") {
  ClientOptions narrowed;
  narrowed.rights = {Right::scrape};
  narrowed.scraper = "prom-a";
  const auto directory = good({{"b", narrowed}}, {{"a", hash_of_cost_4}, {"b", hash_of_cost_5}});
  CHECK(directory->find_password("a").client->rights == all_rights);
  const Directory::Password b = directory->find_password("b");
  CHECK(b.client->rights == Rights{Right::scrape});
  CHECK(b.client->scraper == "prom-a");
  CHECK(*b.hash == hash_of_cost_5);
}

TEST_CASE("credentials that cannot be, or that two have, are refused by name") {
  CHECK(fault({{"ci", ClientOptions{}}}) ==
        "ci needs token_sha256, token_file, password_bcrypt, certificate_san or unix_user, by which the server "
        "knows it");
  CHECK(fault({{"a", with_token()}, {"b", with_token()}}) == "b has the token of [clients.a]: make one for each");
  CHECK(fault({{"anonymous", with_token()}}).starts_with("anonymous must have no token_sha256"));
  CHECK(fault({}, {{"anonymous", hash_of_cost_4}}).starts_with("anonymous is who shows no credentials"));
  CHECK(fault({{"a", with_password(hash_of_cost_4)}}, {{"a", hash_of_cost_5}})
            .starts_with("a password_bcrypt: must be left out"));
  ClientOptions both = with_token();
  both.token_file = "/run/ci";
  CHECK(fault({{"a", both}}).starts_with("a token_file: must be left out"));
  CHECK(fault({}, {{"u", "$6$rounds$x"}}).starts_with("u has a password that is no bcrypt hash"));
  const std::string cost_21 = "$2y$21$" + std::string(53, 'a');
  CHECK(fault({}, {{"u", cost_21}}) == "u has a password of the cost 21; 20 is the most");
}

TEST_CASE("a client is found by a name in its certificate, exactly, and by the first that is one's") {
  ClientOptions gateway;
  gateway.certificate_san = "gw.example";
  ClientOptions address;
  address.certificate_san = "2001:DB8:0::1";
  const auto directory = good({{"address", address}, {"gateway", gateway}});
  const auto who = [&](const std::vector<std::string>& names) {
    const Client* const client = directory->find_certificate(names);
    return client == nullptr ? "nobody" : client->name;
  };
  CHECK(who({}) == "nobody");
  CHECK(who({"gw.example"}) == "gateway");
  CHECK(who({"2001:db8::1"}) == "address");
  CHECK(who({"other.example", "gw.example", "2001:db8::1"}) == "gateway");
  for (const char* const other : {"GW.example", "gw.example.", "a.gw.example", "gw.exampl", "", "*.example"})
    CHECK(who({other}) == "nobody");
  ClientOptions same;
  same.certificate_san = "2001:db8::1";
  CHECK(fault({{"address", address}, {"same", same}}) == "same has the certificate_san of [clients.address]");
  CHECK(fault({{"anonymous", gateway}}).starts_with("anonymous must have no token_sha256"));
}

TEST_CASE("slow passwords are named with their cost") {
  const auto slow =
      good({{"a", with_password(hash_of_cost_4)}, {"b", with_password(hash_of_cost_13)}})->slow_passwords();
  REQUIRE(slow.size() == 1);
  CHECK(slow[0].client == "b");
  CHECK(slow[0].cost == 13);
}
