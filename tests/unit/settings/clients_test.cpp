// SPDX-License-Identifier: MIT
// The sections [clients.NAME], and the files with their tokens.
#include "settings/clients.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

#include "access/directory.hpp"
#include "settings/effective.hpp"
#include "settings/reload.hpp"
#include "support/temporary_folder.hpp"
#include "unit/settings/parsed.hpp"

namespace oneshot::settings {
namespace {

using access::Right;
using oneshot::test::TemporaryFolder;
using test::error;
using test::good;

// `printf %s sesam | sha256sum`, and `htpasswd -nbBC 4 x 'open sesame'`.
const std::string digest = "db6b24692506611e2549894ab528b028af27e114f74fabf2fcb2b0e740fe5a04";
const std::string hash = "$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";

std::string with_hash(const std::string& text) {
  return "[clients.a]\nrights = []\npassword_bcrypt = \"" + text + "\"";
}

std::string with_file(const std::string& path) {
  return "[clients.ci]\nrights = [\"post\"]\ntoken_file = \"" + path + '"';
}

std::optional<std::string> nothing_set(const char*) { return std::nullopt; }

/// In which this is the folder that systemd shows.
Environment credentials_in(const TemporaryFolder& folder) {
  return [&folder](const char* name) { return folder.as_credentials(name); };
}

/// What makes no directory, though each of its keys may be good.
std::string fault_of(std::string_view text, const Environment& environment = nothing_set) {
  Settings settings = good(text);
  const auto made = make_clients(settings, environment);
  return made ? "none" : made.error();
}

}  // namespace

TEST_CASE("a section for each client, with all that it may") {
  Settings settings = good("[metrics.deploys]\n[clients.ci]\ntoken_sha256 = \"" + digest + R"("
rights = ["post", "view"]
labels = { team = "web", at = "x" }
metrics = ["deploys"]
rate_limit = 5
rate_burst = 6
[clients.prom-a]
password_bcrypt = ")" + hash +
                           R"("
rights = ["scrape"]
scraper = "prom-a"
)");
  REQUIRE(make_clients(settings, nothing_set));
  const access::ClientOptions& ci = settings.clients.at("ci");
  CHECK(ci.rights == access::Rights{Right::post, Right::view});
  CHECK(ci.labels == decltype(ci.labels){{"team", "web"}, {"at", "x"}});
  CHECK(ci.metrics == std::vector<std::string>{"deploys"});
  CHECK(ci.rate_limit == 5);
  CHECK(ci.rate_burst == 6);
  CHECK(settings.clients.at("prom-a").scraper == "prom-a");
  CHECK(settings.app.directory->clients().size() == 3);
  CHECK(settings.app.directory->anonymous().rights == access::Rights{});
  CHECK(render_toml(good(render_toml(settings))) == render_toml(settings));
}

TEST_CASE("without clients there is no directory, and a user of another file makes one") {
  Settings settings;
  REQUIRE(make_clients(settings, nothing_set));
  CHECK(settings.app.directory == nullptr);
  settings.basic_users = {{"u", hash}};
  REQUIRE(make_clients(settings, nothing_set));
  CHECK(settings.app.directory->find_password("u").client->rights == access::all_rights);
}

TEST_CASE("what a client says wrongly is named with what is allowed and what to write") {
  CHECK(error("[clients.ci]\ntoken_sha256 = \"" + digest + '"') ==
        "c.toml:1: [clients.ci]: needs rights, what this client may do: rights = [\"post\"]");
  CHECK(error("[clients.ci]\nrights = [\"read\"]") ==
        "c.toml:2: [clients.ci] rights contains \"read\": must be \"post\", \"scrape\", \"view\" or \"admin\"");
  CHECK(error("[clients.ci]\nrigths = []\nrights = []") ==
        "c.toml:2: [clients.ci] rigths: unknown key; did you mean \"rights\"?");
  CHECK(error("[clients.\"a:b\"]\nrights = []").ends_with("must be 1 to 64 letters, digits, _ . and -"));
  CHECK(error("[clients.ci]\nrights = []\nscraper = \"a b\"").find("scraper = \"a b\": a scraper's name must") !=
        std::string::npos);
  CHECK(error("[clients.ci]\nrights = []\nlabels = [\"team\"]").ends_with("must be a table: { team = \"web\" }"));
  CHECK(error("[clients.ci]\nrights = []\nlabels = { \"a-b\" = \"x\" }").find("a label's name must be letters") !=
        std::string::npos);
  for (const char* const value : {"1", "\"\"", "true"})
    CHECK(error(std::string("[clients.ci]\nrights = []\nlabels = { a = ") + value + " }")
              .ends_with("\"a\" must be a text in quotes, of 1 to 1024 bytes"));
  CHECK(error("[clients.ci]\nrights = []\nmetrics = [\"a b\"]").find("must be a metric name") != std::string::npos);
  CHECK(error("[clients.ci]\nrights = []\nmetrics = [\"a\", \"a\"]").ends_with("every metric must be there only once"));
  CHECK(error("[clients.ci]\nrights = []\nrate_limit = -1").find("must be a whole number from 0") != std::string::npos);
  CHECK(fault_of("[clients.ci]\nrights = []\ntoken_sha256 = \"" + digest + "\"\nmetrics = [\"x\"]") ==
        "[clients.ci] metrics: there is no metric \"x\": neither events.metric nor [metrics.x]");
  for (const char* const user : {"a b", "a:b", "x\\ny"})
    CHECK(error("[clients.ci]\nrights = []\nunix_user = \"" + std::string(user) + '"')
              .find("must be the name or the number of a user of this machine") != std::string::npos);
  CHECK(fault_of("[clients.ci]\nrights = []\nlabels = { value = \"1\" }") ==
        "[clients.ci] labels: \"value\" would be a label of the event and not its value: a client's events have the "
        "value "
        "that it sends. As a label call it otherwise");
  CHECK(fault_of("[clients.ci]\nrights = []\nunix_user = \"no-such-user\"") ==
        "[clients.ci] unix_user: there is no user \"no-such-user\" on this machine");
  CHECK(fault_of("[clients.ci]\nrights = []\nunix_user = \"4294967295\"") ==
        "[clients.ci] unix_user: there is no user with this number");
  CHECK(fault_of("[clients.a]\nrights = []\nunix_user = \"root\"\n[clients.b]\nrights = []\nunix_user = \"0\"") ==
        "[clients.b] has the unix_user of [clients.a]");
  CHECK(
      fault_of("[clients.ci]\nrights = []") ==
      "[clients.ci] needs token_sha256, token_file, password_bcrypt, certificate_san or unix_user, by which the server "
      "knows it");
}

TEST_CASE("no message shows what may be the secret itself") {
  CHECK(error("[clients.a]\nrights = []\ntoken_sha256 = \"s3cret\"") ==
        "c.toml:3: [clients.a] token_sha256: must be 64 hexadecimal digits, the SHA-256 of a token: printf %s TOKEN | "
        "sha256sum");
  CHECK(error(with_hash("s3cret")) ==
        "c.toml:3: [clients.a] password_bcrypt: must be a bcrypt hash, such as htpasswd -nB NAME writes behind the "
        "colon");
  CHECK(error("[clients.a]\nrights = []\npassword_bcrypt = 31337").find("31337") == std::string::npos);
}

TEST_CASE("a password whose check takes hours is refused") {
  CHECK(
      error(with_hash("$2y$31$" + hash.substr(7))) ==
      "c.toml:3: [clients.a] password_bcrypt: has a cost of 31, with which a check takes minutes or hours: must be 20 "
      "at most, and 10 is enough (htpasswd -nBC 10 NAME)");
  CHECK(error(with_hash("$2y$20$" + hash.substr(7))) == "fine");
  CHECK(error(with_hash("$6$saltsalt$" + hash)).find("must be a bcrypt hash") != std::string::npos);
}

TEST_CASE("the first line of a file is the token, and nothing prints it") {
  const TemporaryFolder folder;
  Settings settings = good(with_file(folder.write("ci", "sesam\r\nof the builds\n")));
  REQUIRE(make_clients(settings, nothing_set));
  CHECK(settings.clients.at("ci").token_file_sha256 == digest);
  CHECK(render_toml(settings).find("sesam") == std::string::npos);
  CHECK(render_toml(settings).find(digest) == std::string::npos);

  const std::string empty = folder.write("empty", "\nsesam");
  CHECK(fault_of(with_file(empty)) ==
        "[clients.ci] token_file: " + empty + ": its first line is empty, and must be the token");
  const std::string bad = folder.write("bad", "s3cret word");
  CHECK(fault_of(with_file(bad)) == "[clients.ci] token_file: " + bad +
                                        ": its first line must be a token of letters, digits and - . _ ~ + / (openssl "
                                        "rand -hex 32)");
  CHECK(fault_of(with_file("/nowhere")) ==
        "[clients.ci] token_file: /nowhere: cannot be read: No such file or directory");
}

TEST_CASE("$CREDENTIALS_DIRECTORY is the folder that systemd shows") {
  const TemporaryFolder folder;
  folder.write("ci", "sesam\n");
  Settings settings = good(with_file("$CREDENTIALS_DIRECTORY/ci"));
  REQUIRE(make_clients(settings, credentials_in(folder)));
  CHECK(settings.clients.at("ci").token_file_sha256 == digest);
  CHECK(fault_of(with_file("$CREDENTIALS_DIRECTORY/ci")) ==
        "[clients.ci] token_file: $CREDENTIALS_DIRECTORY/ci: CREDENTIALS_DIRECTORY is not set; systemd sets it for a "
        "unit with LoadCredential=");
  CHECK(fault_of(with_file("$CREDENTIALS_DIRECTORYci"), credentials_in(folder)).find("must go on with a slash") !=
        std::string::npos);
}

TEST_CASE("a reload changes clients, and says whose token another one is") {
  const TemporaryFolder folder;
  Settings in_use = good(with_file(folder.write("ci", "sesam")));
  REQUIRE(make_clients(in_use, nothing_set));
  Settings read = good(with_file(folder.write("ci", "sesame")));
  REQUIRE(make_clients(read, nothing_set));
  Reload result = reload(in_use, read);
  CHECK(result.changed == std::vector<std::string>{"what clients.ci.token_file holds"});
  CHECK(result.settings.app.directory == read.app.directory);
  result = reload(in_use, good("[clients.b]\nrights = []"));
  CHECK(result.changed == std::vector<std::string>{"clients.ci", "clients.b"});
}

}  // namespace oneshot::settings
