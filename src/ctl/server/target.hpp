// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ctl/call.hpp"

namespace oneshot::ctl {

/// Which server is asked, and as whom.
struct Target {
  std::string url;  ///< http:// or https://, without a slash at its end
  std::string unix_socket;
  std::string token;  ///< never on a command line, where every user of the machine could see it
  std::string user;
  std::string password;
  std::string cacert;  ///< files
  std::string cert;
  std::string key;
  std::chrono::milliseconds timeout{10'000};
};

/// What the connection options say, else ONESHOT_URL and ONESHOT_TOKEN, else http://localhost:8090. Errors name the
/// option or the variable: wrong usage, all of them.
[[nodiscard]] Result<Target> target_of(const Call& call);
/// The same for who asks nobody: the certificates are files of a Prometheus, perhaps on another machine.
[[nodiscard]] Result<Target> target_for_others(const Call& call);

/// The URL of a server without the slashes at its end. Errors begin with `name`, which says where it comes from.
[[nodiscard]] Result<std::string> server_url(std::string_view text, const std::string& name);

/// Decimal seconds of an option, from 0 to a day.
[[nodiscard]] Result<std::chrono::milliseconds> seconds_of(std::string_view text, std::string_view option);

}  // namespace oneshot::ctl
