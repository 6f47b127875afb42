// SPDX-License-Identifier: MIT
// Values of the header Authorization, one a line. Whoever is let in has shown the one token or the one name that there
// is; a password goes on to be checked without control characters, and only for the bytes that base64 says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/base64.hpp"
#include "access/checker.hpp"
#include "access/credentials.hpp"
#include "fuzz/require.hpp"

using namespace oneshot;
using oneshot::test::require;

namespace {

constexpr std::string_view token = "sesam";

std::shared_ptr<const access::Directory> make_directory() {
  access::ClientOptions ci;
  ci.token_sha256 = "db6b24692506611e2549894ab528b028af27e114f74fabf2fcb2b0e740fe5a04";  // of the token
  access::ClientOptions prom;
  prom.password_bcrypt = "$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";
  return access::Directory::make({{"ci", ci}, {"prom-a", prom}}, {}).value();
}

std::vector<http::Header> headers_of(std::string_view text) {
  std::vector<http::Header> headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    headers.push_back({"Authorization", line});
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return headers;
}

/// The text in base64, written here in another way than it is read there.
std::string to_base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) -> unsigned {
      return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
    };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    const std::size_t count = std::min<std::size_t>(bytes.size() - at, 3);
    for (std::size_t i = 0; i < 4; ++i) text += i <= count ? digits[group >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

void check_password(const access::Checker::Undecided& asked, std::string_view value) {
  const std::string_view rest = access::split_authorization(value).rest;
  const auto read = access::read_basic(rest);
  require(read.has_value(), "asked about what is no user and password", value);
  require(asked.question.password == read->password, "another password", value);
  require(read->user.find(':') == std::string::npos, "a colon in the user", value);
  require(to_base64(read->user + ':' + read->password) == rest, "another text than was sent", value);
  for (const char c : read->user + read->password) require(!is_control(c), "a control character", value);
  require((asked.client != nullptr) == (read->user == "prom-a"), "another client", value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const access::Directory> directory = make_directory();
  static const crypto::Digest secret{};
  static access::Checker checker(secret);
  const std::vector<http::Header> headers = headers_of({reinterpret_cast<const char*>(data), size});
  http::Request request;
  request.headers = headers;

  const access::Checker::Found found = checker.find(*directory, request);
  const std::string_view value = headers.empty() ? std::string_view() : headers.front().value;
  if (const auto* const undecided = std::get_if<access::Checker::Undecided>(&found)) {
    require(headers.size() == 1, "one of several counts", value);
    check_password(*undecided, value);
    return 0;
  }
  const access::Client* const client = std::get<const access::Client*>(found);
  if (headers.empty()) {
    require(client == &directory->anonymous(), "nothing was shown, and it is somebody");
  } else if (client != nullptr) {
    require(headers.size() == 1 && client->name == "ci", "somebody who showed nothing of that kind", value);
    require(access::split_authorization(value).rest == token, "another token", value);
  }
  if (const auto bytes = access::from_base64(value)) require(to_base64(*bytes) == value, "base64 in two ways", value);
  return 0;
}
