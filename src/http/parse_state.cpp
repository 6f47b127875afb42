// SPDX-License-Identifier: MIT
#include "http/parse_state.hpp"

#include <utility>

namespace oneshot::http {

void ParseState::begin() {
  release();
  machine.begin();
  if (stage == Stage::failed) error = {};
  stage = Stage::idle;
  keep_alive = false;
  field_bytes = field_lines = 0;
}

void ParseState::release() {
  buffer.clear(kept_bytes);
  lease.release();
}

bool ParseState::fail(ProtocolError fault) {
  stage = Stage::failed;
  keep_alive = false;
  error = std::move(fault);
  return false;
}

bool ParseState::fail(int status, std::string message) {
  return fail(ProtocolError{.status = status, .message = std::move(message)});
}

}  // namespace oneshot::http
