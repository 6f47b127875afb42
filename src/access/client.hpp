// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/right.hpp"

namespace oneshot::access {

/// The name of everybody who shows no credentials.
inline constexpr std::string_view anonymous_name = "anonymous";

/// What a client may do, whatever shows who it is.
struct ClientRules {
  Rights rights{};
  std::string scraper{};                                      ///< scrapes as this one; empty: as any
  std::vector<std::pair<std::string, std::string>> labels{};  ///< stamped on its events: name and value
  std::vector<std::string> metrics{};                         ///< may post these; none: all
  unsigned rate_limit = 0;                                    ///< its events per second; 0: as events.rate_limit says
  unsigned rate_burst = 10'000;                               ///< how many of them at once, after a rest
  friend bool operator==(const ClientRules&, const ClientRules&) = default;
};

/// A section [clients.NAME] as somebody wrote it. Each value has been checked by itself (Directory::make() checks how
/// they go together). All of it is live.
struct ClientOptions : ClientRules {
  std::string token_sha256{};     ///< 64 hexadecimal digits; empty: none
  std::string token_file{};       ///< whose first line is the token; empty: none
  std::string password_bcrypt{};  ///< empty: none
  std::string certificate_san{};  ///< one name of a verified client certificate; empty: none
  std::string unix_user{};        ///< name or number of the user who connects to a Unix socket; empty: none

  /// The number of `unix_user`: asked for together with the settings.
  std::optional<std::uint32_t> unix_uid{};
  /// SHA-256 of the token in `token_file`, as token_sha256: read together with the settings, so that nothing prints it.
  std::string token_file_sha256{};

  friend bool operator==(const ClientOptions&, const ClientOptions&) = default;
};

/// By the name of the client.
using ClientOptionsByName = std::map<std::string, ClientOptions, std::less<>>;

/// A user of another source than [clients.NAME], with all rights unless a section of that name narrows them.
struct BasicUser {
  std::string name;
  std::string password_bcrypt;
};

/// Who a request can be. Immutable: any thread.
struct Client : ClientRules {
  std::string name{};
  std::size_t number = 0;  ///< among those of its directory, from 0
  bool anonymous = false;
};

}  // namespace oneshot::access
