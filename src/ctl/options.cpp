// SPDX-License-Identifier: MIT
#include "ctl/options.hpp"

namespace oneshot::ctl {
namespace {

constexpr Option connection[] = {
    {"--url", "URL", "the server; else ONESHOT_URL, else http://localhost:8090"},
    {"--unix-socket", "FILE", "connect to this socket instead of the URL's host and port"},
    {"--token-file", "FILE", "the first line is the token to show; else ONESHOT_TOKEN is the token"},
    {"--user", "NAME", "show a name and a password, with --password-file"},
    {"--password-file", "FILE", "the first line is that password"},
    {"--cacert", "FILE", "trust the certificates that these authorities signed, and no others"},
    {"--cert", "FILE", "show this client certificate"},
    {"--key", "FILE", "the key of that certificate"},
    {"--timeout", "SECONDS", "how long one question may take (10)"},
};

constexpr Option common[] = {
    {"--help", "", "this text", 'h'},
    {"--version", "", "the version", 'V'},
};

}  // namespace

std::span<const Option> connection_options() noexcept { return connection; }
std::span<const Option> common_options() noexcept { return common; }

std::vector<Option> options_of(const Command& command) {
  std::vector<Option> all(command.options.begin(), command.options.end());
  if (command.asks_server) all.insert(all.end(), std::begin(connection), std::end(connection));
  all.insert(all.end(), std::begin(common), std::end(common));
  return all;
}

}  // namespace oneshot::ctl
