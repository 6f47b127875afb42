// SPDX-License-Identifier: MIT
#include "ingest/hooks/payload.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace oneshot::ingest {

bool Payload::append(std::string& out, const Reference& reference) const {
  if (reference.of == Reference::Of::header) {
    const auto found = std::ranges::find_if(
        headers, [&](const http::Header& header) { return equals_ignoring_case(header.name, reference.name); });
    if (found == headers.end() || found->value.empty()) return false;
    out += found->value;
    return true;
  }
  const json::Value& root = reference.of == Reference::Of::body ? body : element;
  const std::optional<json::Value> value = root.at_pointer(reference.name);
  const std::size_t before = out.size();
  return value && value->append_scalar(out) && out.size() > before;
}

}  // namespace oneshot::ingest
