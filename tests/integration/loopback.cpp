// SPDX-License-Identifier: MIT
#include "integration/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace oneshot::test {
namespace {

constexpr int patience_seconds = 10;

}  // namespace

Client::Client(std::uint16_t port, int receive_buffer) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const timeval patience{patience_seconds, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("cannot connect");
}

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string Client::response(bool head_only) {
  std::size_t whole = std::string::npos;
  for (;;) {
    const std::size_t end = buffered_.find("\r\n\r\n");
    if (end != std::string::npos) {
      whole = end + 4;
      const std::size_t length = buffered_.find("Content-Length: ");
      if (!head_only && length < end) whole += std::strtoul(buffered_.c_str() + length + 16, nullptr, 10);
      if (buffered_.size() >= whole) break;
    }
    char chunk[65536];
    const ssize_t n = ::recv(fd_.get(), chunk, sizeof chunk, 0);
    if (n <= 0) return "(no whole response) " + buffered_;
    buffered_.append(chunk, static_cast<std::size_t>(n));
  }
  std::string one = buffered_.substr(0, whole);
  buffered_.erase(0, whole);
  return one;
}

std::string Client::until_end() {
  char chunk[65536];
  for (;;) {
    const ssize_t n = ::recv(fd_.get(), chunk, sizeof chunk, 0);
    if (n == 0) return std::move(buffered_);
    if (n < 0) return "(" + std::string(errno == ECONNRESET ? "reset" : "no end") + ") " + buffered_;
    buffered_.append(chunk, static_cast<std::size_t>(n));
  }
}

std::size_t Client::read_some(std::size_t bytes) {
  std::string into(bytes, '\0');
  const ssize_t n = ::recv(fd_.get(), into.data(), bytes, 0);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

bool Client::was_reset() {
  char chunk[65536];
  for (;;) {
    const ssize_t n = ::recv(fd_.get(), chunk, sizeof chunk, 0);
    if (n < 0) return errno == ECONNRESET;
    if (n == 0) return false;
  }
}

void Client::half_close() { ::shutdown(fd_.get(), SHUT_WR); }

void Client::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  fd_.reset();
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(patience_seconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace oneshot::test
