// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/client.hpp"
#include "base/result.hpp"
#include "crypto/sha256.hpp"

namespace oneshot::access {

/// All clients there are, by what they show. Immutable: any thread.
class Directory {
 public:
  /// A password of this cost would keep the one thread that checks them for more than a minute.
  static constexpr unsigned max_cost = 20;
  /// Above it a check is long enough for people to notice.
  static constexpr unsigned quick_cost = 12;

  struct Fault {
    std::string client;
    std::string what;
  };
  /// Null where there are neither clients nor users: everybody is somebody else's affair then. Anonymous, if it is not
  /// among the clients, may post, scrape and view where it is alone, and nothing where it is not.
  [[nodiscard]] static Result<std::shared_ptr<const Directory>, Fault> make(const ClientOptionsByName& clients,
                                                                            const std::vector<BasicUser>& users);

  /// In the order of their names, each at its number.
  [[nodiscard]] const std::vector<Client>& clients() const noexcept { return clients_; }
  [[nodiscard]] const Client& anonymous() const noexcept { return clients_[anonymous_]; }

  /// Whose token has this digest; null: nobody's.
  [[nodiscard]] const Client* find_token(const crypto::Digest& digest) const noexcept;

  /// Whose certificate has one of these names, in their order; null: nobody's.
  [[nodiscard]] const Client* find_certificate(std::span<const std::string> names) const noexcept;

  /// Who is this user of the machine; null: nobody.
  [[nodiscard]] const Client* find_user(std::uint32_t uid) const noexcept;

  struct Password {
    const Client* client;     ///< null: nobody is called so
    const std::string* hash;  ///< then of the same cost as others, so that a name that is known takes no longer
  };
  /// There must be passwords.
  [[nodiscard]] Password find_password(std::string_view user) const noexcept;
  [[nodiscard]] bool has_passwords() const noexcept { return !passwords_.empty(); }

  struct SlowPassword {
    std::string client;
    unsigned cost;
  };
  /// Those above quick_cost.
  [[nodiscard]] std::vector<SlowPassword> slow_passwords() const;

 private:
  // The digest of a secret spreads by itself, and nobody can choose one.
  struct FirstBytes {
    std::size_t operator()(const crypto::Digest& digest) const noexcept {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.bytes.data(), sizeof hash);
      return hash;
    }
  };
  struct ConstantTime {
    bool operator()(const crypto::Digest& a, const crypto::Digest& b) const noexcept {
      return crypto::equal(a.view(), b.view());
    }
  };
  struct Known {
    std::size_t client;
    std::string hash;
  };

  void add_clients(const ClientOptionsByName& clients, const std::vector<BasicUser>& users);
  [[nodiscard]] std::size_t number_of(std::string_view name) const noexcept;
  Result<void, Fault> add_credentials(const std::string& name, const ClientOptions& options);
  Result<void, Fault> add_token(const std::string& name, const std::string& digits);
  Result<void, Fault> add_certificate(const std::string& name, const std::string& san);
  Result<void, Fault> add_user(const std::string& name, std::uint32_t uid);
  Result<void, Fault> add_password(const std::string& name, const std::string& hash);
  void make_decoy();

  std::vector<Client> clients_;
  std::size_t anonymous_ = 0;
  std::unordered_map<crypto::Digest, std::size_t, FirstBytes, ConstantTime> tokens_;  // whose
  std::map<std::string, std::size_t, std::less<>> certificates_;                      // whose, by the name in them
  std::map<std::uint32_t, std::size_t> users_;                                        // who, by the number
  std::map<std::string, Known, std::less<>> passwords_;
  std::string decoy_;
};

}  // namespace oneshot::access
