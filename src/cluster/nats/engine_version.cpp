// SPDX-License-Identifier: MIT
#include "cluster/nats/engine_version.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <memory>

#include "base/unique_fd.hpp"
#include "cluster/nats/nats_options.hpp"
#include "json/parser.hpp"

namespace oneshot::cluster {
namespace {

constexpr std::size_t longest_line = std::size_t{64} << 10;  // it names all nodes of the engine

std::uint64_t next_number(std::string_view& text) {
  std::uint64_t number = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1))
    number = 10 * number + static_cast<std::uint64_t>(text.front() - '0');
  if (text.starts_with('.')) text.remove_prefix(1);
  return number;
}

UniqueFd connect_to(const HostPort& place) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(place.host.c_str(), std::to_string(place.port).c_str(), &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  const timeval patience{.tv_sec = 1, .tv_usec = 0};  // of connect(2) and recv(2), see socket(7)
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    UniqueFd socket(::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol));
    if (!socket) continue;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(socket.get(), address->ai_addr, address->ai_addrlen) == 0) return socket;
  }
  return {};
}

std::string first_line_of(const HostPort& place) {
  const UniqueFd socket = connect_to(place);
  std::string line;
  std::array<char, 4096> some{};
  while (socket && line.find('\n') == std::string::npos && line.size() < longest_line) {
    const ssize_t count = ::recv(socket.get(), some.data(), some.size(), 0);
    if (count <= 0) return {};
    line.append(some.data(), static_cast<std::size_t>(count));
  }
  return line.substr(0, line.find('\n'));
}

}  // namespace

std::string version_of_node(const std::string& server) {
  const auto place = place_of_server(server);
  const std::string line = place ? first_line_of(*place) : std::string();
  if (!line.starts_with("INFO ")) return {};
  json::Parser parser(longest_line);
  const auto info = parser.parse(std::string_view(line).substr(5));
  const auto version = info ? info->member("version") : std::nullopt;
  return version ? std::string(version->text().value_or("")) : std::string();
}

bool is_older(std::string_view version, std::string_view than) {
  for (int part = 0; part < 3; ++part) {
    const std::uint64_t have = next_number(version);
    const std::uint64_t want = next_number(than);
    if (have != want) return have < want;
  }
  return false;
}

Result<std::size_t> check_engine_versions(const std::vector<std::string>& servers) {
  std::size_t told = 0;
  for (const std::string& server : servers) {
    const std::string version = version_of_node(server);
    if (!version.empty()) ++told;
    if (version.empty() || !is_older(version, oldest_engine)) continue;
    const auto place = place_of_server(server);
    return Unexpected{"the engine's node " + place->host + ":" + std::to_string(place->port) + " is nats-server " +
                      version + ", which can lose records; install " + std::string(oldest_engine) +
                      " or newer on each node (Debian 13 has it; its package installs on Debian 12)"};
  }
  return told;
}

}  // namespace oneshot::cluster
