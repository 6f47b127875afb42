// SPDX-License-Identifier: MIT
#include "ctl/server/certificates.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "settings/read_file.hpp"

namespace oneshot::ctl {
namespace {

Result<std::string> read_pem(const std::string& file, std::string_view option) {
  constexpr std::size_t longest = std::size_t{4} << 20;
  if (file.starts_with("pkcs11:")) return std::string();  // a key on a card, which libcurl knows
  auto text = settings::read_regular_file(file, longest);
  if (!text) return Unexpected{std::string(option) + ' ' + text.error()};
  if (text->find("-----BEGIN ") == std::string::npos)
    return Unexpected{std::string(option) + ' ' + printable(file, 1024) +
                      ": holds nothing in PEM: there must be a line such as -----BEGIN CERTIFICATE-----"};
  return text;
}

/// A certificate may have its key in the same file.
Result<void> check_certificate(const std::string& cert, const std::string& key) {
  if (cert.empty() && key.empty()) return {};
  if (cert.empty()) return Unexpected{"--key goes with --cert, the certificate that it is the key of"};
  const auto certificate = read_pem(cert, "--cert");
  if (!certificate) return Unexpected{certificate.error()};
  if (key.empty()) {
    if (certificate->empty() || certificate->find("PRIVATE KEY-----") != std::string::npos) return {};
    return Unexpected{"--cert " + printable(cert, 1024) + ": has no key in it: name that after --key"};
  }
  const auto found = read_pem(key, "--key");
  return found ? Result<void>() : Unexpected{found.error()};
}

}  // namespace

Result<void> check_certificates(const std::string& cacert, const std::string& cert, const std::string& key) {
  if (!cacert.empty())
    if (const auto authorities = read_pem(cacert, "--cacert"); !authorities) return Unexpected{authorities.error()};
  return check_certificate(cert, key);
}

}  // namespace oneshot::ctl
