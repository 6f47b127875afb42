// SPDX-License-Identifier: MIT
//
// What the kernel and the parser alone cost: one thread, epoll, llhttp, and 200 without a body to whatever comes. The
// benchmarks express the cost of servers in multiples of this one's.
#include <arpa/inet.h>
#include <llhttp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_map>

namespace {

constexpr char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

struct Connection {
  llhttp_t parser{};
  int requests = 0;  // complete, and not answered yet
};

llhttp_settings_t parser_settings() {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_message_complete = [](llhttp_t* parser) {
    ++static_cast<Connection*>(parser->data)->requests;
    return 0;
  };
  return settings;
}

int listen_on(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 4096) != 0) {
    std::perror("floor: cannot listen");
    std::exit(1);
  }
  return fd;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: floor PORT\n", stderr);
    return 2;
  }
  const int listener = listen_on(std::atoi(argv[1]));
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  const auto watch = [poll](int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
  };
  watch(listener);

  const llhttp_settings_t settings = parser_settings();
  std::unordered_map<int, std::unique_ptr<Connection>> connections;
  std::array<char, 8192> buffer{};
  std::array<epoll_event, 128> events{};
  std::string out;
  for (;;) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) continue;
        const int on = 1;
        ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        auto connection = std::make_unique<Connection>();
        llhttp_init(&connection->parser, HTTP_REQUEST, &settings);
        connection->parser.data = connection.get();
        connections[client] = std::move(connection);
        watch(client);
        continue;
      }
      Connection& connection = *connections[fd];
      const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (n <= 0 || llhttp_execute(&connection.parser, buffer.data(), static_cast<std::size_t>(n)) != HPE_OK) {
        connections.erase(fd);
        ::close(fd);
        continue;
      }
      out.clear();
      for (; connection.requests > 0; --connection.requests) out.append(reply, sizeof reply - 1);
      if (!out.empty()) ::send(fd, out.data(), out.size(), MSG_NOSIGNAL);
    }
  }
}
