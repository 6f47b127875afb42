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

bool ParseState::fail_field_bytes() {
  return fail(431, "the header section is over " + std::to_string(limits.header_bytes) + " bytes");
}

bool ParseState::fail_field_lines() {
  return fail(431, "there are more than " + std::to_string(limits.headers) + " header lines");
}

bool ParseState::fail_folded_line() {
  return fail(400, "a header line begins with whitespace (folded lines are not allowed)");
}

}  // namespace oneshot::http
