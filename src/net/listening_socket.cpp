// SPDX-License-Identifier: MIT
#include "net/listening_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/address.hpp"

namespace oneshot::net {
namespace {

std::string with_port(const std::string& host, std::uint16_t port) {
  const bool brackets = host.find(':') != std::string::npos;
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string bound_address(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto* name = reinterpret_cast<sockaddr*>(&storage);
  ::getsockname(fd, name, &length);
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (::getnameinfo(name, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "?";
  return with_port(host, static_cast<std::uint16_t>(std::stoul(port)));
}

Failure<std::string> cannot(const std::string& host, std::uint16_t port, const char* why) {
  return Failure{"cannot listen on " + with_port(host, port) + ": " + why};
}

// The family is not to be had on this machine: no IPv6, as opposed to no permission or a taken port.
bool no_such_family(int error) { return error == EAFNOSUPPORT || error == EADDRNOTAVAIL; }

Result<ListeningSocket, int> open_one(const addrinfo& where) {
  ListeningSocket opened;
  opened.fd.reset(::socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, where.ai_protocol));
  if (!opened.fd) return Failure{errno};
  const int on = 1;
  const int off = 0;
  // A restart need not wait for connections of its predecessor that linger in TIME_WAIT.
  ::setsockopt(opened.fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (where.ai_family == AF_INET6) {
    opened.v6 = true;
    const auto& name = *reinterpret_cast<const sockaddr_in6*>(where.ai_addr);
    const bool any = IN6_IS_ADDR_UNSPECIFIED(&name.sin6_addr);
    ::setsockopt(opened.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, any ? &off : &on, sizeof on);
  }
  if (::bind(opened.fd.get(), where.ai_addr, where.ai_addrlen) != 0 || ::listen(opened.fd.get(), SOMAXCONN) != 0)
    return Failure{errno};
  opened.address = bound_address(opened.fd.get());
  return opened;
}

}  // namespace

Result<ListeningSocket> open_listening_socket(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list); error != 0)
    return cannot(host, port, ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  auto opened = open_one(*list);
  if (opened) return std::move(*opened);
  if (host == "::" && no_such_family(opened.error())) return open_listening_socket("0.0.0.0", port);
  return cannot(host, port, std::strerror(opened.error()));
}

}  // namespace oneshot::net
