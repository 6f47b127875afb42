// SPDX-License-Identifier: MIT
#include "http/request.hpp"

#include "base/text.hpp"

namespace oneshot::http {

std::string_view Request::header(std::string_view name) const noexcept {
  for (const Header& header : headers)
    if (equals_ignoring_case(header.name, name)) return header.value;
  return {};
}

}  // namespace oneshot::http
