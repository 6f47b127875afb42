// SPDX-License-Identifier: MIT
#include "settings/web/web_headers.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"
#include "http/grammar.hpp"
#include "settings/must_be.hpp"

namespace oneshot::settings {
namespace {

struct Header {
  std::string_view name;
  std::vector<std::string_view> values;  ///< whatever their case; none: anything
};

const std::array<Header, 5>& headers() {
  static const std::array<Header, 5> all{{{"Strict-Transport-Security", {}},
                                          {"X-Content-Type-Options", {"nosniff"}},
                                          {"X-Frame-Options", {"deny", "sameorigin"}},
                                          {"X-XSS-Protection", {}},
                                          {"Content-Security-Policy", {}}}};
  return all;
}

}  // namespace

std::string check_web_header(std::string_view name, std::string_view value) {
  const auto found = std::ranges::find(headers(), name, &Header::name);
  const std::string quoted_name = '"' + printable(name) + '"';
  if (found == headers().end()) return "HTTP header " + quoted_name + " can not be configured";
  if (http::control_bytes.find_in(value) != value.size()) return quoted_name + " has a control character";
  const auto same = [value](std::string_view allowed) { return equals_ignoring_case(allowed, value); };
  if (value.empty() || found->values.empty() || std::ranges::any_of(found->values, same)) return {};
  return quoted_name + ' ' + must_be_one_of(found->values);
}

}  // namespace oneshot::settings
