// SPDX-License-Identifier: MIT
#include "access/directory.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "base/address.hpp"
#include "crypto/bcrypt.hpp"
#include "crypto/hex.hpp"

namespace oneshot::access {
namespace {

constexpr Rights rights_of_anybody{Right::post, Right::scrape, Right::view};

bool shows_something(const ClientOptions& options) noexcept {
  return !options.token_sha256.empty() || !options.token_file.empty() || !options.password_bcrypt.empty() ||
         !options.certificate_san.empty() || !options.unix_user.empty();
}

Unexpected<Directory::Fault> fault(const std::string& client, std::string what) {
  return Unexpected{Directory::Fault{client, std::move(what)}};
}

crypto::Digest digest_of(const std::string& digits) {
  const std::optional<std::string> bytes = crypto::from_hex(digits);
  crypto::Digest digest;
  assert(bytes && bytes->size() == digest.bytes.size());
  std::ranges::copy(*bytes, digest.bytes.begin());
  return digest;
}

Result<void, Directory::Fault> check_users(const ClientOptionsByName& clients, const std::vector<BasicUser>& users) {
  for (const BasicUser& user : users) {
    if (user.name == anonymous_name)
      return fault(user.name, "is who shows no credentials, and cannot be the name of a user");
    const auto found = clients.find(user.name);
    if (found != clients.end() && !found->second.password_bcrypt.empty())
      return fault(user.name, "password_bcrypt: must be left out: basic_auth_users has a password for this name");
  }
  return {};
}

Result<void, Directory::Fault> check_client(const std::string& name, const ClientOptions& options,
                                            const std::vector<BasicUser>& users) {
  if (name == anonymous_name) {
    if (!shows_something(options)) return {};
    return fault(
        name,
        "must have no token_sha256, token_file, password_bcrypt, certificate_san or unix_user: it is everybody "
        "who shows none; choose another name");
  }
  if (!options.token_sha256.empty() && !options.token_file.empty())
    return fault(name, "token_file: must be left out where token_sha256 is, and the other way round");
  if (shows_something(options) || std::ranges::find(users, name, &BasicUser::name) != users.end()) return {};
  return fault(
      name,
      "needs token_sha256, token_file, password_bcrypt, certificate_san or unix_user, by which the server knows "
      "it");
}

}  // namespace

Result<std::shared_ptr<const Directory>, Directory::Fault> Directory::make(const ClientOptionsByName& clients,
                                                                           const std::vector<BasicUser>& users) {
  if (clients.empty() && users.empty()) return std::shared_ptr<const Directory>();
  if (auto good = check_users(clients, users); !good) return Unexpected{good.error()};
  const auto made = std::make_shared<Directory>();
  made->add_clients(clients, users);
  for (const auto& [name, options] : clients) {
    if (auto good = check_client(name, options, users); !good) return Unexpected{good.error()};
    if (auto good = made->add_credentials(name, options); !good) return Unexpected{good.error()};
  }
  for (const BasicUser& user : users)
    if (auto good = made->add_password(user.name, user.password_bcrypt); !good) return Unexpected{good.error()};
  made->make_decoy();
  return std::shared_ptr<const Directory>(made);
}

void Directory::add_clients(const ClientOptionsByName& clients, const std::vector<BasicUser>& users) {
  std::map<std::string, ClientRules, std::less<>> all;
  for (const BasicUser& user : users) all[user.name].rights = all_rights;
  for (const auto& [name, options] : clients) all[name] = options;
  const bool alone = all.empty();
  if (!all.contains(anonymous_name)) all[std::string(anonymous_name)].rights = alone ? rights_of_anybody : Rights();
  for (auto& [name, rules] : all) {
    const bool anonymous = name == anonymous_name;
    if (anonymous) anonymous_ = clients_.size();
    clients_.push_back({std::move(rules), name, clients_.size(), anonymous});
  }
}

std::size_t Directory::number_of(std::string_view name) const noexcept {
  const auto found = std::ranges::find(clients_, name, &Client::name);
  assert(found != clients_.end());
  return found->number;
}

Result<void, Directory::Fault> Directory::add_credentials(const std::string& name, const ClientOptions& options) {
  const std::string& token = options.token_file.empty() ? options.token_sha256 : options.token_file_sha256;
  if (!token.empty())
    if (auto good = add_token(name, token); !good) return good;
  if (!options.certificate_san.empty())
    if (auto good = add_certificate(name, options.certificate_san); !good) return good;
  if (options.unix_uid)
    if (auto good = add_user(name, *options.unix_uid); !good) return good;
  return options.password_bcrypt.empty() ? Result<void, Fault>() : add_password(name, options.password_bcrypt);
}

Result<void, Directory::Fault> Directory::add_token(const std::string& name, const std::string& digits) {
  const auto [place, is_new] = tokens_.emplace(digest_of(digits), number_of(name));
  if (is_new) return {};
  return fault(name, "has the token of [clients." + clients_[place->second].name + "]: make one for each");
}

/// Certificates have addresses in their canonical text.
Result<void, Directory::Fault> Directory::add_certificate(const std::string& name, const std::string& san) {
  const std::optional<Address> address = Address::parse(san);
  const auto [place, is_new] = certificates_.emplace(address ? address->text() : san, number_of(name));
  if (is_new) return {};
  return fault(name, "has the certificate_san of [clients." + clients_[place->second].name + "]");
}

Result<void, Directory::Fault> Directory::add_user(const std::string& name, std::uint32_t uid) {
  const auto [place, is_new] = users_.emplace(uid, number_of(name));
  if (is_new) return {};
  return fault(name, "has the unix_user of [clients." + clients_[place->second].name + "]");
}

Result<void, Directory::Fault> Directory::add_password(const std::string& name, const std::string& hash) {
  const std::optional<unsigned> cost = crypto::bcrypt_cost(hash);
  if (!cost) return fault(name, "has a password that is no bcrypt hash (htpasswd -nB NAME makes one)");
  if (*cost > max_cost) return fault(name, "has a password of the cost " + std::to_string(*cost) + "; 20 is the most");
  passwords_.emplace(name, Known{number_of(name), hash});
  return {};
}

/// As slow as the slowest: a hash that is no password's of ours.
void Directory::make_decoy() {
  std::string_view slowest;
  for (const auto& [name, known] : passwords_) {
    const std::string_view hash = known.hash;
    if (slowest.empty() || crypto::bcrypt_cost(hash) > crypto::bcrypt_cost(slowest)) slowest = hash;
  }
  if (slowest.empty()) return;
  decoy_ = std::string(slowest.substr(0, 7)) + "QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";
}

const Client* Directory::find_token(const crypto::Digest& digest) const noexcept {
  const auto found = tokens_.find(digest);
  return found == tokens_.end() ? nullptr : &clients_[found->second];
}

const Client* Directory::find_certificate(std::span<const std::string> names) const noexcept {
  for (const std::string& name : names)
    if (const auto found = certificates_.find(name); found != certificates_.end()) return &clients_[found->second];
  return nullptr;
}

const Client* Directory::find_user(std::uint32_t uid) const noexcept {
  const auto found = users_.find(uid);
  return found == users_.end() ? nullptr : &clients_[found->second];
}

Directory::Password Directory::find_password(std::string_view user) const noexcept {
  assert(has_passwords());
  const auto found = passwords_.find(user);
  if (found == passwords_.end()) return {nullptr, &decoy_};
  return {&clients_[found->second.client], &found->second.hash};
}

std::vector<Directory::SlowPassword> Directory::slow_passwords() const {
  std::vector<SlowPassword> slow;
  for (const auto& [name, known] : passwords_)
    if (const unsigned cost = crypto::bcrypt_cost(known.hash).value_or(0); cost > quick_cost)
      slow.push_back({name, cost});
  return slow;
}

}  // namespace oneshot::access
