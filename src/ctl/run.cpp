// SPDX-License-Identifier: MIT
#include "ctl/run.hpp"

#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/version.hpp"
#include "ctl/token.hpp"

namespace oneshot::ctl {
namespace {

using Arguments = std::vector<std::string_view>;

constexpr std::string_view help =
    "Usage: oneshotctl COMMAND\n"
    "\n"
    "  token new [NAME]   make a token for the client NAME (else \"NAME\"), and show how the server knows it\n"
    "  token hash         token_sha256 of the token on standard input\n"
    "\n"
    "  --json             for programs: {\"token\":...,\"token_sha256\":...}\n"
    "  -h, --help         this text\n"
    "  -V, --version      the version\n"
    "\n"
    "Exit status: 0 done, 1 it could not be done, 2 wrong usage.\n";

int print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? exit_ok : exit_failed;
}

int refuse(const std::string& why) {
  const std::string line = "oneshotctl: " + why + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
  return exit_usage;
}

int refuse_usage(const std::string& why) { return refuse(why + "; oneshotctl --help lists what there is"); }

/// Of a token, far more than one has.
std::string read_input() {
  constexpr std::size_t most = 64 * 1024;
  std::string text(most, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), stdin));
  return text;
}

int new_token(std::span<const std::string_view> arguments, bool json) {
  if (arguments.size() > 1) return refuse_usage("token new takes one name");
  const std::string_view name = arguments.empty() ? "NAME" : arguments.front();
  if (const auto good = check_client_name(name); !good) return refuse(good.error());
  const Token token = make_token();
  return print(json ? in_json(token) : in_words(token, name));
}

int hash_of_token(std::span<const std::string_view> arguments, bool json) {
  if (!arguments.empty())
    return refuse_usage("token hash takes the token on standard input, where no other user sees it");
  const Result<Token> token = hash_token(read_input());
  if (!token) return refuse(token.error());
  return print(json ? in_json(*token) : token->sha256 + '\n');
}

int token_command(std::span<const std::string_view> arguments, bool json) {
  if (arguments.empty()) return refuse_usage("token: new or hash must follow");
  if (arguments.front() == "new") return new_token(arguments.subspan(1), json);
  if (arguments.front() == "hash") return hash_of_token(arguments.subspan(1), json);
  return refuse_usage("token " + std::string(arguments.front()) + ": must be token new or token hash");
}

bool take(Arguments& arguments, std::string_view option) { return std::erase(arguments, option) > 0; }

}  // namespace

int run(int argc, const char* const* argv) {
  Arguments arguments(argv + std::min(argc, 1), argv + argc);
  if (take(arguments, "--help") || take(arguments, "-h")) return print(help);
  if (take(arguments, "--version") || take(arguments, "-V"))
    return print("oneshotctl " + std::string(version()) + '\n');
  const bool json = take(arguments, "--json");
  if (arguments.empty()) return refuse_usage("a command must follow");
  const auto option = std::ranges::find_if(arguments, [](std::string_view one) { return one.starts_with('-'); });
  if (option != arguments.end()) return refuse_usage("unknown option " + std::string(*option));
  if (arguments.front() == "token") return token_command(std::span(arguments).subspan(1), json);
  return refuse_usage("unknown command " + std::string(arguments.front()));
}

}  // namespace oneshot::ctl
