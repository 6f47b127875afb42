// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/coding/gzip.hpp"
#include "http/memory_budget.hpp"

namespace oneshot::test {

/// A text as one member of gzip, made by the server's own compressor.
inline std::string gzip(std::string_view text) {
  http::MemoryBudget budget(std::size_t{1} << 30);
  const auto body = http::GzipBody::begin(budget, text.size(), 0);
  body->append(text);
  body->end();
  std::string out;
  for (bool more = true; more;) {
    std::string piece;
    more = body->append_next(piece);
    out += piece;
  }
  return out;
}

}  // namespace oneshot::test
