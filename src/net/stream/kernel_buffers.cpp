// SPDX-License-Identifier: MIT
#include "net/stream/kernel_buffers.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace oneshot::net {

// Before the connection begins: how large its window may ever be is said in the first packet.
void set_kernel_buffers(int listening_socket) noexcept {
  set_send_buffer(listening_socket, usual_send_buffer);
  const int half = static_cast<int>(receive_buffer / 2);
  ::setsockopt(listening_socket, SOL_SOCKET, SO_RCVBUF, &half, sizeof half);
  constexpr int segment = static_cast<int>(longest_segment);
  ::setsockopt(listening_socket, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);  // a Unix socket has none
}

void set_send_buffer(int socket, std::size_t bytes) noexcept {
  const int half = static_cast<int>(bytes / 2);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &half, sizeof half);
}

void give_up_after(int socket, unsigned milliseconds) noexcept {
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

}  // namespace oneshot::net
