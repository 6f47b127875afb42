// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "ctl/server/target.hpp"

namespace oneshot::ctl {

struct Question {
  std::string method;                     ///< "GET", "POST", "DELETE"
  std::string path;                       ///< with its query, as it goes into the request
  std::string form = {};                  ///< the body of a POST: application/x-www-form-urlencoded
  std::vector<std::string> headers = {};  ///< "Name: value"
};

struct Answer {
  long status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in small letters

  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// Why there is no answer.
struct NoAnswer {
  std::string why;               ///< "cannot reach http://localhost:8090: Connection refused"
  bool may_have_arrived = true;  ///< false: surely no byte of the question came to a server
};

/// Asks one server, over one connection after the other (libcurl: proxies of the environment, IPv6, TLS as curl has
/// it). Follows no redirect, which would make a GET of a POST. For one thread.
class Http {
 public:
  explicit Http(Target target);
  ~Http();
  Http(Http&&) noexcept;
  Http& operator=(Http&&) noexcept;

  /// Waits for at most the target's timeout, or less if asked.
  Result<Answer, NoAnswer> ask(const Question& question, std::optional<std::chrono::milliseconds> at_most = {});

  [[nodiscard]] const Target& target() const noexcept { return target_; }

 private:
  struct Connection;
  Target target_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace oneshot::ctl
