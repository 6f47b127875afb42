// SPDX-License-Identifier: MIT
#include "http/parse/field_limits.hpp"

#include <string>

namespace oneshot::http {

bool fail_field_bytes(ParseState& state) {
  return state.fail(431, "the header section is over " + std::to_string(state.limits.header_bytes) + " bytes");
}

bool fail_field_lines(ParseState& state) {
  return state.fail(431, "there are more than " + std::to_string(state.limits.headers) + " header lines");
}

bool fail_folded_line(ParseState& state) {
  return state.fail(400, "a header line begins with whitespace (folded lines are not allowed)");
}

}  // namespace oneshot::http
