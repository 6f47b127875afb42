// SPDX-License-Identifier: MIT
#include "settings/clients.hpp"

#include <pwd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <sstream>
#include <utility>

#include "access/credentials.hpp"
#include "access/directory.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"
#include "crypto/hex.hpp"
#include "crypto/sha256.hpp"
#include "settings/key/named_sections.hpp"
#include "settings/label_names.hpp"
#include "settings/read_file.hpp"
#include "settings/sources/credentials_directory.hpp"

namespace oneshot::settings {
namespace {

Result<std::string> read_token(const std::string& path) {
  Result<std::string> token = read_first_line(path);
  if (!token) return token;
  const std::string shown = printable(path, 1024);
  if (token->empty()) return Unexpected{shown + ": its first line is empty, and must be the token"};
  if (access::is_token(*token)) return token;
  access::wipe(*token);
  return Unexpected{shown +
                    ": its first line must be a token of letters, digits and - . _ ~ + / (openssl rand -hex 32)"};
}

Result<void, std::string> read_token_file(access::ClientOptions& options, const Environment& environment) {
  const Result<std::string> path = expand_credentials_directory(options.token_file, environment);
  if (!path) return Unexpected{path.error()};
  Result<std::string> token = read_token(*path);
  if (!token) return Unexpected{token.error()};
  options.token_file_sha256 = crypto::to_hex(crypto::Sha256().add(*token).finish().view());
  access::wipe(*token);
  return {};
}

Result<std::uint32_t> number_of_user(const std::string& user) {
  if (const auto number = parse_whole_number(user)) {
    if (*number < std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(*number);
    return Unexpected{"there is no user with this number"};
  }
  if (const passwd* const found = ::getpwnam(user.c_str()); found != nullptr) return found->pw_uid;
  return Unexpected{"there is no user " + quoted(user) + " on this machine"};
}

/// In a user namespace of its own the program takes all users that this one does not know for one (user_namespaces(7)).
bool is_visible(std::uint32_t uid) {
  const Result<std::string> map = read_regular_file("/proc/self/uid_map", 64 * 1024);
  if (!map) return true;
  std::istringstream lines(*map);
  for (std::uint64_t inside = 0, outside = 0, count = 0; lines >> inside >> outside >> count;)
    if (uid >= inside && uid - inside < count) return true;
  return false;
}

Result<void, std::string> find_unix_user(access::ClientOptions& options) {
  options.unix_uid.reset();
  if (options.unix_user.empty()) return {};
  const Result<std::uint32_t> uid = number_of_user(options.unix_user);
  if (!uid) return Unexpected{uid.error()};
  if (!is_visible(*uid))
    return Unexpected{
        "this program cannot tell " + quoted(options.unix_user) +
        " from other users: its user namespace does not have them (a systemd unit needs PrivateUsers=no)"};
  options.unix_uid = *uid;
  return {};
}

bool has_metric(const app::Options& app, std::string_view name) {
  return name == app.metric ||
         std::ranges::any_of(app.metrics, [name](const auto& metric) { return metric.first == name; });
}

Result<void, std::string> check_metrics(const app::Options& app, const access::ClientOptions& options) {
  for (const std::string& metric : options.metrics)
    if (!has_metric(app, metric))
      return Unexpected{"metrics: there is no metric \"" + metric + "\": neither events.metric nor " +
                        section_title("metrics", metric)};
  return {};
}

/// Where no certificate is verified, a client that is known by one could never come.
Result<void, std::string> check_certificates(const Settings& settings) {
  if (settings.web.config.has_tls && tls::verifies(settings.web.config.tls.client_auth)) return {};
  const auto found =
      std::ranges::find_if(settings.clients, [](const auto& client) { return !client.second.certificate_san.empty(); });
  if (found == settings.clients.end()) return {};
  return Unexpected{section_title("clients", found->first) +
                    " certificate_san: needs server.web_config_file with a client_auth_type that verifies: "
                    "VerifyClientCertIfGiven or RequireAndVerifyClientCert"};
}

}  // namespace

Result<void, std::string> make_clients(Settings& settings, const Environment& environment) {
  for (auto& [name, options] : settings.clients) {
    const std::string title = section_title("clients", name) + ' ';
    if (auto good = check_metrics(settings.app, options); !good) return Unexpected{title + good.error()};
    if (auto good =
            check_labels_of_section(options.labels, settings.app.event.plain_labels,
                                    "a client's events have the NAME that it sends. As a label call it otherwise");
        !good)
      return Unexpected{title + good.error()};
    if (auto good = find_unix_user(options); !good) return Unexpected{title + "unix_user: " + good.error()};
    if (options.token_file.empty()) continue;
    if (auto good = read_token_file(options, environment); !good)
      return Unexpected{title + "token_file: " + good.error()};
  }
  return make_directory(settings);
}

Result<void, std::string> make_directory(Settings& settings) {
  if (auto good = check_certificates(settings); !good) return good;
  auto directory = access::Directory::make(settings.clients, settings.basic_users);
  if (!directory) return Unexpected{section_title("clients", directory.error().client) + ' ' + directory.error().what};
  settings.app.directory = std::move(*directory);
  return {};
}

}  // namespace oneshot::settings
