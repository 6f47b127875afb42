// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "http/request.hpp"
#include "ingest/hooks/reference.hpp"
#include "json/value.hpp"

namespace oneshot::ingest {

/// What one event of a hook's request is made of. As cheap to copy as a view; lives no longer than the request and the
/// parser of its body.
struct Payload {
  json::Value body;
  json::Value element;  ///< of the list that the hook's `each` names; the body itself without `each`
  std::span<const http::Header> headers;

  /// Appends what a reference names: a text, a number, true or false. False, and nothing appended, for all else and for
  /// what is not there. Of two headers of one name it is the first.
  bool append(std::string& out, const Reference& reference) const;
};

}  // namespace oneshot::ingest
