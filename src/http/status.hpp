// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <string_view>

namespace oneshot::http {

struct Status {
  int code;
  std::string_view phrase;  ///< of RFC 9110 15
};

/// Every status that this server sends, in ascending order: the one list. A status has a counter, and so a series of
/// oneshot_http_responses_total, from the start. 411 is not among them: without Content-Length and without chunked
/// framing a request has no body (RFC 9112 6.3), so no length is ever missing. 504 is for replicas of a cluster alone.
inline constexpr std::array statuses{
    Status{200, "OK"},
    Status{302, "Found"},
    Status{304, "Not Modified"},
    Status{400, "Bad Request"},
    Status{401, "Unauthorized"},
    Status{403, "Forbidden"},
    Status{404, "Not Found"},
    Status{405, "Method Not Allowed"},
    Status{408, "Request Timeout"},
    Status{409, "Conflict"},
    Status{413, "Content Too Large"},
    Status{414, "URI Too Long"},
    Status{415, "Unsupported Media Type"},
    Status{417, "Expectation Failed"},
    Status{422, "Unprocessable Content"},
    Status{429, "Too Many Requests"},
    Status{431, "Request Header Fields Too Large"},
    Status{500, "Internal Server Error"},
    Status{501, "Not Implemented"},
    Status{503, "Service Unavailable"},
    Status{504, "Gateway Timeout"},
    Status{505, "HTTP Version Not Supported"},
};

/// Where a status stands in `statuses`. To send another code is a bug (assert): add the code there first.
[[nodiscard]] constexpr std::size_t status_index(int code) noexcept {
  std::size_t index = 0;
  while (index + 1 < statuses.size() && statuses[index].code != code) ++index;
  assert(statuses[index].code == code);
  return index;
}

/// Those that several places answer with.
namespace status {

inline constexpr int bad_request = 400;
inline constexpr int unauthorized = 401;
inline constexpr int forbidden = 403;

}  // namespace status
}  // namespace oneshot::http
