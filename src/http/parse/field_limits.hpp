// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "http/parse/parse_state.hpp"

namespace oneshot::http {

// The limits of header and trailer lines, which one request's headers and trailers share: their bytes and their number.
// Over one of them the request fails with 431.

[[gnu::cold]] bool fail_field_bytes(ParseState& state);
[[gnu::cold]] bool fail_field_lines(ParseState& state);
[[gnu::cold]] bool fail_folded_line(ParseState& state);

/// Whether a line of headers or trailers, or its begin, is within the limit of their bytes; if not, it fails.
inline bool field_fits(ParseState& state, std::string_view line) {
  return state.field_bytes + line.size() <= state.limits.header_bytes || fail_field_bytes(state);
}

/// Counts a line that is neither empty nor begins with a blank. False, and it fails, if there are too many.
inline bool count_usual_field(ParseState& state, std::string_view line) {
  state.field_bytes += line.size();
  return ++state.field_lines <= state.limits.headers || fail_field_lines(state);
}

/// Counts a whole line of headers or trailers. False, and it fails, if the line may not be there.
inline bool count_field(ParseState& state, std::string_view line) {
  if (line.size() == 2) {  // the empty one at their end
    state.field_bytes += line.size();
    return true;
  }
  if (line.front() == ' ' || line.front() == '\t') return fail_folded_line(state);
  return count_usual_field(state, line);
}

}  // namespace oneshot::http
