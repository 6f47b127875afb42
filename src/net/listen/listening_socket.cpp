// SPDX-License-Identifier: MIT
#include "net/listen/listening_socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "base/address.hpp"
#include "base/unix_path.hpp"

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
  if (storage.ss_family == AF_UNIX) return text_of_unix(storage, length);
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (::getnameinfo(name, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "?";
  return with_port(host, static_cast<std::uint16_t>(std::stoul(port)));
}

Unexpected<std::string> cannot(const std::string& host, std::uint16_t port, const char* why) {
  return Unexpected{"cannot listen on " + with_port(host, port) + ": " + why};
}

/// What somebody can do about it, for the errors that people meet.
std::string with_advice(int error, std::uint16_t port) {
  std::string text = std::strerror(error);
  const std::string number = std::to_string(port);
  if (error == EADDRINUSE)
    text += " (another program listens there: ss -ltnp 'sport = :" + number + "' names it; or choose another port)";
  if (error == EACCES && port < 1024)
    text += " (a port below 1024 needs CAP_NET_BIND_SERVICE, in a unit AmbientCapabilities=; or choose another port)";
  if (error == EADDRNOTAVAIL)
    text += " (this machine has no such address: ip address shows those that it has; \"::\" is all of them)";
  return text;
}

// The family is not to be had on this machine: no IPv6, as opposed to no permission or a taken port.
bool no_such_family(int error) { return error == EAFNOSUPPORT || error == EADDRNOTAVAIL; }

Result<ListeningSocket, int> open_one(const addrinfo& where) {
  ListeningSocket opened;
  opened.fd.reset(::socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, where.ai_protocol));
  if (!opened.fd) return Unexpected{errno};
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
    return Unexpected{errno};
  opened.address = bound_address(opened.fd.get());
  return opened;
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<AddressList> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list); error != 0)
    return cannot(host, port, ::gai_strerror(error));
  return AddressList(list, &::freeaddrinfo);
}

int option_of(int fd, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  if (::getsockopt(fd, SOL_SOCKET, option, &value, &length) != 0) return -1;
  return value;
}

bool same_host(const sockaddr_storage& a, const sockaddr& b) {
  if (a.ss_family != b.sa_family) return false;
  if (a.ss_family == AF_INET) {
    return reinterpret_cast<const sockaddr_in&>(a).sin_addr.s_addr ==
           reinterpret_cast<const sockaddr_in&>(b).sin_addr.s_addr;
  }
  const auto& six = reinterpret_cast<const sockaddr_in6&>(a);
  const auto& other = reinterpret_cast<const sockaddr_in6&>(b);
  return IN6_ARE_ADDR_EQUAL(&six.sin6_addr, &other.sin6_addr) && six.sin6_scope_id == other.sin6_scope_id;
}

}  // namespace

Result<ListeningSocket> adopt_listening_socket(UniqueFd fd) {
  const int family = option_of(fd.get(), SO_DOMAIN);
  const auto refused = [](const char* what) {
    return Unexpected{std::string("must be a listening TCP or Unix socket, not ") + what};
  };
  if (family < 0) return refused("a file");
  if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) return refused("a socket of another family");
  if (option_of(fd.get(), SO_TYPE) != SOCK_STREAM) return refused("a datagram socket");
  if (option_of(fd.get(), SO_ACCEPTCONN) != 1) return refused("a connection (a .socket unit needs Accept=no)");
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0)
    return Unexpected{std::string("cannot be used: ") + std::strerror(errno)};
  ListeningSocket adopted;
  adopted.v6 = family == AF_INET6;
  adopted.address = bound_address(fd.get());
  adopted.fd = std::move(fd);
  return adopted;
}

Result<bool> is_bound_to(const ListeningSocket& socket, const std::string& host, std::uint16_t port) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  if (::getsockname(socket.fd.get(), reinterpret_cast<sockaddr*>(&bound), &length) != 0) return false;
  if (bound.ss_family == AF_UNIX) return false;
  // The port stands at the same place in both families.
  const std::uint16_t bound_port = ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port);
  if (port != 0 && port != bound_port) return false;
  const auto list = look_up(host, port);
  if (!list) return Unexpected{list.error()};
  if (same_host(bound, *(*list)->ai_addr)) return true;
  // Where there is no IPv6, "::" has become 0.0.0.0.
  if (host != "::" || bound.ss_family != AF_INET) return false;
  const auto six = open_listening_socket("::", 0);
  return six && !six->v6 && is_bound_to(socket, "0.0.0.0", port).value();
}

Result<ListeningSocket> open_listening_socket(const std::string& host, std::uint16_t port) {
  const auto list = look_up(host, port);
  if (!list) return Unexpected{list.error()};
  auto opened = open_one(**list);
  if (opened) return std::move(*opened);
  if (host == "::" && no_such_family(opened.error())) return open_listening_socket("0.0.0.0", port);
  return cannot(host, port, with_advice(opened.error(), port).c_str());
}

// The kernel shows them as unacknowledged segments, of which a listening socket has none (tcp_get_info in
// net/ipv4/tcp.c).
std::size_t waiting_connections(int listening_socket) noexcept {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(listening_socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return 0;
  return info.tcpi_unacked;
}

}  // namespace oneshot::net
