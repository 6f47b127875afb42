// SPDX-License-Identifier: MIT
#include "tls/client_names.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/address.hpp"

namespace oneshot::tls {
namespace {

std::optional<std::string> address_text(const ASN1_OCTET_STRING* bytes) {
  const int size = ASN1_STRING_length(bytes);
  if (size != 4 && size != 16) return std::nullopt;
  char text[INET6_ADDRSTRLEN];
  if (::inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(bytes), text, sizeof text) == nullptr)
    return std::nullopt;
  return Address::parse(text)->text();
}

std::optional<std::string> text_of(const GENERAL_NAME* name) {
  int kind = 0;
  const void* const value = GENERAL_NAME_get0_value(name, &kind);
  if (kind == GEN_IPADD) return address_text(static_cast<const ASN1_OCTET_STRING*>(value));
  if (kind != GEN_DNS && kind != GEN_EMAIL && kind != GEN_URI) return std::nullopt;
  const auto* const text = static_cast<const ASN1_IA5STRING*>(value);
  std::string found(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                    static_cast<std::size_t>(ASN1_STRING_length(text)));
  if (found.find('\0') != std::string::npos) return std::nullopt;
  return found;
}

}  // namespace

std::vector<std::string> alternative_names(const X509* certificate) {
  std::vector<std::string> all;
  const std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!names) return all;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i)
    if (auto text = text_of(sk_GENERAL_NAME_value(names.get(), i))) all.push_back(*std::move(text));
  return all;
}

bool has_one_of(const X509* certificate, const std::vector<std::string>& allowed) {
  const std::vector<std::string> names = alternative_names(certificate);
  return std::ranges::any_of(
      names, [&](const std::string& name) { return std::ranges::find(allowed, name) != allowed.end(); });
}

}  // namespace oneshot::tls
