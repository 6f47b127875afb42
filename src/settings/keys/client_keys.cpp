// SPDX-License-Identifier: MIT
#include "settings/keys/client_keys.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/client.hpp"
#include "access/directory.hpp"
#include "base/utf8.hpp"
#include "crypto/bcrypt.hpp"
#include "crypto/hex.hpp"
#include "http/grammar.hpp"
#include "settings/key/checks.hpp"
#include "settings/key/key_kinds.hpp"
#include "settings/key/named_kinds.hpp"
#include "settings/key/rights_key.hpp"

namespace oneshot::settings {
namespace {

using Client = access::ClientOptions;
using Checked = Result<void, std::string>;

constexpr std::string_view kind = "clients";

Checked check_token_digest(std::string_view text) {
  constexpr std::size_t digits = 64;
  if (text.empty() || (text.size() == digits && crypto::from_hex(text))) return {};
  return Unexpected{"must be 64 hexadecimal digits, the SHA-256 of a token: printf %s TOKEN | sha256sum"};
}

Checked check_password(std::string_view text) {
  if (text.empty()) return {};
  const std::optional<unsigned> cost = crypto::bcrypt_cost(text);
  if (!cost) return Unexpected{"must be a bcrypt hash, such as htpasswd -nB NAME writes behind the colon"};
  if (*cost <= access::Directory::max_cost) return {};
  return Unexpected{"has a cost of " + std::to_string(*cost) +
                    ", with which a check takes minutes or hours: must be 20 at most, and 10 is enough "
                    "(htpasswd -nBC 10 NAME)"};
}

Checked check_san(std::string_view name) {
  constexpr std::size_t longest = 1024;
  if (name.size() <= longest && http::control_bytes.find_in(name) == name.size()) return {};
  return Unexpected{"must be a DNS name, an e-mail address, an IP address or a URI, as in a certificate"};
}

Checked check_scraper(std::string_view name) {
  if (name.empty()) return {};
  return check_scraper_name(name);
}

Checked check_user(std::string_view name) {
  if (check_group(name)) return {};  // the same bytes
  return Unexpected{"must be the name or the number of a user of this machine, such as \"deploy\" or \"1000\""};
}

/// A text that no message shows again: somebody may have written the secret itself.
BasicKey<Client> secret(std::string_view name, Checked (*check)(std::string_view), std::string Client::*member) {
  BasicKey<Client> key = text(kind, name, check, member);
  key.set = [within = std::move(key.set)](Client& client, const Value& value) -> Result<void, ValueError> {
    auto taken = within(client, value);
    if (!taken) taken.error().is_secret = true;
    return taken;
  };
  return key;
}

Result<std::string, ValueError> label_value(const std::string& name, const Value& value) {
  constexpr std::size_t longest = 1024;
  const auto* const text = std::get_if<std::string>(&value.content);
  if (text == nullptr || text->empty() || text->size() > longest || !valid_utf8(*text))
    return wrong(value, toml_text(name) + " must be a text in quotes, of 1 to 1024 bytes");
  return *text;
}

BasicKey<Client> labels() {
  return {kind, "labels",
          [](Client& client, const Value& value) -> Result<void, ValueError> {
            const auto* const table = std::get_if<Value::Table>(&value.content);
            if (table == nullptr) return wrong(value, "must be a table: { team = \"web\" }");
            decltype(client.labels) made;
            for (const auto& [name, label] : *table) {
              if (auto good = check_label_name(name); !good) return wrong_name(label, name, good.error());
              auto text = label_value(name, label);
              if (!text) return Unexpected{text.error()};
              made.emplace_back(name, std::move(*text));
            }
            client.labels = std::move(made);
            return {};
          },
          [](const Client& client) { return toml_texts(client.labels); },
          [](Client& to, const Client& from) { to.labels = from.labels; }};
}

Result<std::string> make_metric(const std::string& name, const std::vector<std::string>& so_far) {
  if (auto good = check_metric(name); !good) return Unexpected{std::move(good.error())};
  if (std::ranges::find(so_far, name) != so_far.end()) return Unexpected{"every metric must be there only once"};
  return name;
}

}  // namespace

NamedSections client_sections() {
  return named(kind, "client", check_title, {"rights", "needs rights, what this client may do: rights = [\"post\"]"},
               &Settings::clients,
               {secret("token_sha256", check_token_digest, &Client::token_sha256),
                text(kind, "token_file", check_path, &Client::token_file),
                secret("password_bcrypt", check_password, &Client::password_bcrypt),
                text(kind, "certificate_san", check_san, &Client::certificate_san),
                text(kind, "unix_user", check_user, &Client::unix_user),
                rights(kind, "rights", static_cast<access::Rights Client::*>(&Client::rights)),
                text(kind, "scraper", check_scraper, static_cast<std::string Client::*>(&Client::scraper)), labels(),
                list(kind, "metrics", "names of metrics", make_metric, same_text,
                     static_cast<std::vector<std::string> Client::*>(&Client::metrics)),
                whole_number(kind, "rate_limit", 0, 1'000'000, static_cast<unsigned Client::*>(&Client::rate_limit)),
                whole_number(kind, "rate_burst", 1, 10'000'000, static_cast<unsigned Client::*>(&Client::rate_burst))});
}

}  // namespace oneshot::settings
