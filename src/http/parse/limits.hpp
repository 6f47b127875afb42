// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "http/body_limits.hpp"

namespace oneshot::http {

class MemoryBudget;

/// What one connection's requests may cost. Those that are pointed to outlive the parser.
struct Limits {
  std::size_t request_line = 64 * 1024;  ///< bytes without its line end; over it 414
  std::size_t header_bytes = 32 * 1024;  ///< header and trailer lines and the empty line, with line ends; over it 431
  std::size_t headers = 100;             ///< with trailers; over it 431
  std::size_t body = usual_body_limit;   ///< bytes without chunk framing; over it 413, if `bodies` says nothing else
  const BodyLimits* bodies = nullptr;    ///< the limit of a body by path; nullptr: `body` for every path
  /// What requests over `kept_bytes` (parse_state.hpp) have in common on all connections; when it is used up 503.
  /// nullptr: without end.
  MemoryBudget* budget = nullptr;
};

}  // namespace oneshot::http
