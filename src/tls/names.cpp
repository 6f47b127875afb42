// SPDX-License-Identifier: MIT
#include "tls/names.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "tls/library.hpp"

namespace oneshot::tls {
namespace {

constexpr std::array<std::string_view, 3> of_tls13{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                                   "TLS_CHACHA20_POLY1305_SHA256"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> curves{
    {{"X25519", "X25519"}, {"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}}};

void append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ':';
  list += name;
}

}  // namespace

Result<std::string> cipher_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (std::ranges::find(of_tls13, name) != of_tls13.end()) continue;
    const std::string_view known = OPENSSL_cipher_name(name.c_str());
    if (known == "(NONE)") return Unexpected{"unknown cipher: \"" + printable(name) + '"'};
    append(list, known);
  }
  return list;
}

Result<std::string> group_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(curves, name, &std::pair<std::string_view, std::string_view>::first);
    if (found == curves.end())
      return Unexpected{"unknown curve: \"" + printable(name) + "\"; allowed: X25519, CurveP256, CurveP384, CurveP521"};
    append(list, found->second);
  }
  return list;
}

}  // namespace oneshot::tls
