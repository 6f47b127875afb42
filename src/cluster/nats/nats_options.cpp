// SPDX-License-Identifier: MIT
#include "cluster/nats/nats_options.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace oneshot::cluster {
namespace {

constexpr std::string_view plain = "nats://";
constexpr std::string_view secure = "tls://";

Result<void> check_names(const NatsOptions& options) {
  if (options.name.empty() || options.replica.empty())
    return Unexpected{"a cluster, and each replica of it, needs a name: name and replica must not be empty"};
  if (options.name.size() > NatsOptions::longest_name || options.replica.size() > NatsOptions::longest_name)
    return Unexpected{"name and replica are at most " + std::to_string(NatsOptions::longest_name) +
                      " characters: they are in the names of the engine's stream and subjects"};
  if (options.boot == 0) return Unexpected{"boot must not be 0: two runs would get each other's answers"};
  return {};
}

Result<void> check_stream(const NatsOptions& options) {
  if (options.copies != 1 && options.copies != 3 && options.copies != 5)
    return Unexpected{"copies = " + std::to_string(options.copies) +
                      " is not possible: write 1, 3 or 5, so that a majority survives the loss of a minority"};
  if (options.max_bytes < NatsOptions::least_bytes)
    return Unexpected{"a log of " + std::to_string(options.max_bytes) +
                      " bytes is too small: " + std::to_string(NatsOptions::least_bytes) + " or more are needed"};
  return {};
}

Result<void> check_pairs(const NatsOptions& options) {
  if (options.tls_cert_file.empty() != options.tls_key_file.empty())
    return Unexpected{"tls_cert_file and tls_key_file belong together: set both, or none"};
  if (options.user.empty() && !options.password.empty())
    return Unexpected{"there is a password and no user: set user, too"};
  if (!options.credentials_file.empty() && !options.user.empty())
    return Unexpected{"cluster.credentials_file and cluster.user are two ways to say who this is: set one of them"};
  return {};
}

Result<void> check_files(const NatsOptions& options) {
  const std::array<std::pair<std::string_view, const std::string*>, 4> files{
      {{"credentials_file", &options.credentials_file},
       {"tls_ca_file", &options.tls_ca_file},
       {"tls_cert_file", &options.tls_cert_file},
       {"tls_key_file", &options.tls_key_file}}};
  for (const auto& [key, path] : files)
    if (!path->empty() && ::access(path->c_str(), R_OK) != 0)
      return Unexpected{"cluster." + std::string(key) + ": " + *path + ": cannot be read: " + std::strerror(errno)};
  return {};
}

}  // namespace

// Of what stands in it, no more than the place is told: there may be a password before that.
Result<HostPort> place_of_server(std::string_view server) {
  if (const std::size_t user = server.rfind('@'); user != std::string_view::npos) {
    const std::size_t scheme = server.find("://");
    if (scheme == std::string_view::npos || scheme > user) return place_of_server(server.substr(user + 1));
    return place_of_server(std::string(server.substr(0, scheme + 3)) + std::string(server.substr(user + 1)));
  }
  const std::string whole(server);
  if (server.starts_with(plain)) {
    server.remove_prefix(plain.size());
  } else if (server.starts_with(secure)) {
    server.remove_prefix(secure.size());
  }
  if (server.ends_with('/')) server.remove_suffix(1);
  std::string text(server);
  const std::size_t bracket = text.rfind(']');
  if (text.find(':', bracket == std::string::npos ? 0 : bracket) == std::string::npos) text += ":4222";
  const auto place = HostPort::parse(text);
  if (!place || place->host.empty() || text.front() == ':' || place->port == 0 ||
      text.find_first_of("/, ") != std::string::npos)
    return Unexpected{"\"" + whole + "\" is not the address of an engine's node: write \"nats://HOST:PORT\" or " +
                      "\"tls://HOST:PORT\", one in each text (the port is 4222 where none is given)"};
  return *place;
}

bool wants_tls(const NatsOptions& options) {
  if (!options.tls_ca_file.empty() || !options.tls_cert_file.empty()) return true;
  return std::ranges::any_of(options.servers, [](const std::string& server) { return server.starts_with(secure); });
}

Result<void> check(const NatsOptions& options) {
  if (options.servers.empty()) return Unexpected{"a cluster needs the address of an engine's node: \"nats://n1:4222\""};
  for (const std::string& server : options.servers)
    if (const auto place = place_of_server(server); !place) return Unexpected{place.error()};
  for (const auto part : {check_names, check_stream, check_pairs, check_files})
    if (auto checked = part(options); !checked) return checked;
  return {};
}

}  // namespace oneshot::cluster
