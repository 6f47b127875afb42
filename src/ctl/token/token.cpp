// SPDX-License-Identifier: MIT
#include "ctl/token/token.hpp"

#include <utility>

#include "access/client.hpp"
#include "access/credentials.hpp"
#include "base/byte_set.hpp"
#include "crypto/hex.hpp"
#include "crypto/random.hpp"
#include "crypto/sha256.hpp"

namespace oneshot::ctl {
namespace {

// As the names of all sections with a free name.
constexpr ByteSet name_bytes([](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-'; });
constexpr std::size_t longest_name = 64;

Token with_hash(std::string text) {
  std::string hash = crypto::to_hex(crypto::Sha256().add(text).finish().view());
  return {std::move(text), std::move(hash)};
}

}  // namespace

Token make_token() { return with_hash(crypto::to_hex(crypto::random_digest().view())); }

Result<Token> hash_token(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) return Unexpected{"standard input must be the token, and is empty"};
  if (!access::is_token(text))
    return Unexpected{"standard input must be one token of letters, digits and - . _ ~ + / (oneshotctl token new)"};
  return with_hash(std::string(text));
}

Result<void> check_client_name(std::string_view name) {
  if (name == access::anonymous_name)
    return Unexpected{"the client anonymous is whoever shows no credentials, and has no token: take another name"};
  if (!name.empty() && name.size() <= longest_name && name_bytes.has_all_of(name)) return {};
  return Unexpected{"the name of a client must be 1 to 64 letters, digits, _, - or ."};
}

std::string in_words(const Token& token, std::string_view client) {
  std::string text = "# The token, shown once. The client sends it as a header:\n";
  text += "#   Authorization: Bearer " + token.text + "\n\n";
  text += "# In the server's config file:\n";
  const std::string_view quote = client.find('.') == std::string_view::npos ? "" : "\"";  // a dot would nest tables
  text.append("[clients.").append(quote).append(client).append(quote).append("]\n");
  text += "token_sha256 = \"" + token.sha256 + "\"\n";
  text += "rights = [\"post\"]  # of post, scrape, view, admin\n";
  return text;
}

std::string in_json(const Token& token) {
  return R"({"token":")" + token.text + R"(","token_sha256":")" + token.sha256 + "\"}\n";
}

}  // namespace oneshot::ctl
