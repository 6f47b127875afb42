// SPDX-License-Identifier: MIT
// The web config together with the files that it names.
#include "settings/sources/read_web.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/directory.hpp"
#include "settings/clients.hpp"
#include "settings/reload.hpp"
#include "settings/sources/use_web.hpp"
#include "settings/warnings.hpp"
#include "support/temporary_folder.hpp"
#include "unit/settings/parsed.hpp"

namespace oneshot::settings {
namespace {

namespace fs = std::filesystem;
using oneshot::test::TemporaryFolder;

const std::string hash = "$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";
constexpr std::string_view pair = "tls_server_config:\n  cert_file: c.pem\n  key_file: k.pem\n";

std::optional<std::string> nothing_set(const char*) { return std::nullopt; }

/// A folder with a certificate and a key, as far as somebody cares who only reads them.
class Folder : public TemporaryFolder {
 public:
  Folder() {
    write("c.pem", "certificate");
    write("k.pem", "key");
  }
  [[nodiscard]] Result<Web> read(std::string_view text) const { return read_web(write("web.yml", text), nothing_set); }
  [[nodiscard]] std::string fault(std::string_view text) const {
    const auto web = read(text);
    return web ? "fine" : web.error();
  }
  [[nodiscard]] Environment credentials() const {
    return [this](const char* name) { return as_credentials(name); };
  }
};

TEST_CASE("no name is no file, and plain HTTP") {
  const auto web = read_web("", nothing_set);
  REQUIRE(web);
  CHECK(web->files.empty());
  CHECK_FALSE(web->config.has_tls);
}

TEST_CASE("files lie in the folder of the web config, and all of them are named") {
  const Folder folder;
  const auto web = folder.read(pair);
  REQUIRE(web);
  CHECK(web->tls.certificate == "certificate");
  CHECK(web->tls.key == "key");
  CHECK(web->files == std::vector<std::string>{folder.at("web.yml"), folder.at("c.pem"), folder.at("k.pem")});
}

TEST_CASE("the file counts where the text is there too, and a text needs no file") {
  const Folder folder;
  CHECK(folder.read(std::string(pair) + "  key: mine\n")->tls.key == "key");
  const auto web = folder.read("tls_server_config:\n  cert_file: c.pem\n  key: mine\n");
  CHECK(web->tls.key == "mine");
  CHECK(web->files.size() == 2);
}

TEST_CASE("what systemd shows has its name in front, in the settings and in the file") {
  const Folder folder;
  folder.write("web.yml", "tls_server_config:\n  cert_file: $CREDENTIALS_DIRECTORY/c.pem\n  key_file: k.pem\n");
  const auto web = read_web("$CREDENTIALS_DIRECTORY/web.yml", folder.credentials());
  REQUIRE(web);
  CHECK(web->files == std::vector<std::string>{folder.at("web.yml"), folder.at("c.pem"), folder.at("k.pem")});
  const std::string not_set = "CREDENTIALS_DIRECTORY is not set; systemd sets it for a unit with LoadCredential=";
  CHECK(read_web("$CREDENTIALS_DIRECTORY/web.yml", nothing_set).error() ==
        "server.web_config_file: $CREDENTIALS_DIRECTORY/web.yml: " + not_set);
  CHECK(read_web(folder.at("web.yml"), nothing_set).error() ==
        folder.at("web.yml") + ": tls_server_config.cert_file: $CREDENTIALS_DIRECTORY/c.pem: " + not_set);
}

TEST_CASE("an error names the file, the key and what is wrong, and never shows a key") {
  const Folder folder;
  const std::string begin = folder.at("web.yml") + ": tls_server_config.";
  fs::remove(folder.at("k.pem"));
  CHECK(folder.fault(pair) ==
        begin + "key_file: " + folder.at("k.pem") + ": cannot be read: No such file or directory");
  CHECK(folder.fault("tls_server_config:\n  cert_file: .\n  key_file: k.pem\n").starts_with(begin + "cert_file: "));
  const std::string text = "has a PEM text where the name of a file belongs: give the text to the key without _file";
  for (const char* const key : {"'-----BEGIN PRIVATE KEY----- MIGH'", "|\n    MIGH\n    AgEA\n"})
    CHECK(folder.fault("tls_server_config:\n  cert_file: c.pem\n  key_file: " + std::string(key) + "\n") ==
          begin + "key_file: " + text);
  CHECK(read_web(folder.at("none.yml"), nothing_set).error() ==
        "server.web_config_file: " + folder.at("none.yml") + ": cannot be read: No such file or directory");
}

TEST_CASE("the parts get what the web config says about them, and nothing of the one before") {
  const Folder folder;
  Settings settings;
  use_web(settings, folder
                        .read("http_server_config:\n  headers:\n    X-Frame-Options: deny\n    X-XSS-Protection: a\n"
                              "rate_limit:\n  interval: 1s\n  burst: 3\nbasic_auth_users:\n  ann: " +
                              hash + '\n')
                        .value());
  CHECK(settings.net.reply_headers == "X-Frame-Options: deny\r\nX-XSS-Protection: a\r\n");
  CHECK(settings.app.requests.interval == std::chrono::seconds(1));
  CHECK(settings.app.requests.burst == 3);
  REQUIRE(make_directory(settings));
  CHECK(settings.app.directory->find_password("ann").client->rights == access::all_rights);
  CHECK(settings.app.directory->anonymous().rights == access::Rights{});
  use_web(settings, Web());
  CHECK(settings.net.reply_headers.empty());
  CHECK(settings.app.requests == TokenRate{});
  REQUIRE(make_directory(settings));
  CHECK(settings.app.directory == nullptr);
}

TEST_CASE("a client that is known by a certificate needs a web config that has certificates verified") {
  const Folder folder;
  Settings settings = test::good("[clients.gw]\nrights = [\"post\"]\ncertificate_san = \"gw.example\"");
  const std::string needs =
      "[clients.gw] certificate_san: needs server.web_config_file with a client_auth_type that verifies: "
      "VerifyClientCertIfGiven or RequireAndVerifyClientCert";
  CHECK(make_directory(settings).error() == needs);
  for (const char* const believes : {"NoClientCert", "RequestClientCert", "RequireAnyClientCert"}) {
    use_web(settings, folder.read(std::string(pair) + "  client_auth_type: " + believes + '\n').value());
    CHECK(make_directory(settings).error() == needs);
  }
  for (const char* const verifies : {"VerifyClientCertIfGiven", "RequireAndVerifyClientCert"}) {
    use_web(settings, folder.read(std::string(pair) + "  client_auth_type: " + verifies + '\n').value());
    CHECK(make_directory(settings));
  }
}

TEST_CASE("names of clients that nobody verifies are warned of") {
  const Folder folder;
  Settings settings;
  const auto warned = [&](const std::string& auth) {
    use_web(settings,
            folder.read(std::string(pair) + "  client_allowed_sans: [gw.example]\n  client_auth_type: " + auth + '\n')
                .value());
    return warnings(settings);
  };
  const std::string begin = folder.at("web.yml") + ": tls_server_config.client_allowed_sans: ";
  const std::string end = "; write client_auth_type: RequireAndVerifyClientCert";
  using Lines = std::vector<std::string>;
  CHECK(warned("RequestClientCert") ==
        Lines{begin +
              "with RequestClientCert whoever shows no certificate gets in, and so does one that signed itself" + end});
  for (const char* const requires_any : {"RequireAnyClientCert", "RequireClientCert"})
    CHECK(warned(requires_any) ==
          Lines{begin + "with RequireAnyClientCert a certificate that signed itself with one of these names gets in" +
                end});
  CHECK(warned("VerifyClientCertIfGiven").empty());
  CHECK(warned("RequireAndVerifyClientCert").empty());
}

TEST_CASE("a reload says which parts of the web config are other ones") {
  const Folder folder;
  Settings before;
  use_web(before, folder.read(pair).value());
  const auto changed = [&](std::string_view text) {
    Settings now = before;
    use_web(now, folder.read(text).value());
    return reload(before, now).changed;
  };
  using Keys = std::vector<std::string>;
  CHECK(changed(pair) == Keys{});
  CHECK(changed(std::string(pair) + "  min_version: TLS13\nrate_limit:\n  interval: 1s\n  burst: 3\n") ==
        Keys{"what server.web_config_file says (tls_server_config, rate_limit)"});
  CHECK(changed("basic_auth_users:\n  ann: " + hash + '\n') ==
        Keys{"what server.web_config_file says (certificate, tls_server_config, basic_auth_users)"});
  folder.write("k.pem", "another");
  CHECK(changed(pair) == Keys{"what server.web_config_file says (certificate)"});
}

}  // namespace
}  // namespace oneshot::settings
