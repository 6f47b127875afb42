// SPDX-License-Identifier: MIT
#include "ctl/token/command.hpp"

#include <cstdio>
#include <string>

#include "base/text.hpp"
#include "ctl/call.hpp"
#include "ctl/print.hpp"
#include "ctl/token/token.hpp"

namespace oneshot::ctl {
namespace {

/// Of a token, far more than one has.
std::string read_input() {
  constexpr std::size_t most = 64 * 1024;
  std::string text(most, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), stdin));
  return text;
}

int new_token(Call::Texts names, bool json) {
  if (names.size() > 1) return refuse("token new takes one name");
  const std::string_view name = names.empty() ? "NAME" : names.front();
  if (const auto good = check_client_name(name); !good) return refuse(good.error());
  const Token token = make_token();
  return print(json ? in_json(token) : in_words(token, name));
}

int hash_of_token(Call::Texts more, bool json) {
  if (!more.empty()) return refuse("token hash takes the token on standard input, where no other user sees it");
  const Result<Token> token = hash_token(read_input());
  if (!token) return refuse(token.error());
  return print(json ? in_json(*token) : token->sha256 + '\n');
}

int run_token(const Call& call) {
  const bool json = call.has("--json");
  if (call.words().empty()) return refuse("token: new or hash must follow");
  const std::string_view what = call.words().front();
  if (what == "new") return new_token(call.words().subspan(1), json);
  if (what == "hash") return hash_of_token(call.words().subspan(1), json);
  return refuse("token " + printable(what) + ": must be token new or token hash");
}

constexpr Option options[] = {json_option};

}  // namespace

Command token_command() noexcept {
  return {.name = "token",
          .arguments = "new [NAME] | hash",
          .summary = "make the token of a client, or show the hash of one",
          .details =
              "The server knows a client by the SHA-256 of its token, so that no file of the server holds the\n"
              "token itself. `token new` shows a token of 256 random bits, once, and the section\n"
              "[clients.NAME] that lets its owner in. `token hash` shows the token_sha256 of the token on\n"
              "standard input: every user of a machine can see the arguments of all programs.\n",
          .example = "oneshotctl token new ci\nprintf %s \"$TOKEN\" | oneshotctl token hash\n",
          .options = options,
          .words = "new hash",
          .asks_server = false,
          .run = run_token};
}

}  // namespace oneshot::ctl
